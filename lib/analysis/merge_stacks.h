// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// merge_stacks puts the Python frames of a thread between its native frames, by address and never by
// counting: an activation of the evaluation loop belongs to the native frame with sp <= anchor < cfa.
// CPython <= 3.9 has no anchor: there the longest common subsequence of evaluation-loop frames and
// the f_back chain decides, where a match means that the native frame holds the PyFrameObject.
// What cannot be placed keeps its order, is marked uncertain, and makes the merge Partial.

#include "state/process_state.h"

namespace pycore {

MergedStack merge_stacks(const NativeStack& native, const std::vector<PythonThread>& python);

}  // namespace pycore
