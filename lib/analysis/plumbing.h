// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Plumbing is machinery between the frames that a user wrote: the evaluation loop, CPython's call
// protocol, start-up of process and threads, and the bridges of ctypes. It is folded, not dropped.

#include <string>

#include "state/process_state.h"

namespace pycore {

// Marks the plumbing of a merged stack. `runtime_module` is the path of the module with the
// interpreter; a frame without a name in it counts as plumbing.
void mark_plumbing(MergedStack& stack, const std::optional<std::string>& runtime_module);

}  // namespace pycore
