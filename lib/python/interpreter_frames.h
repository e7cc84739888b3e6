// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Frames of CPython 3.11+: _PyInterpreterFrames on a data stack, in generators, and as entry shims on
// the C stack, linked by `previous`.

#include "python/frames.h"

namespace pycore {

FrameStack read_interpreter_frames(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                                   const std::function<void(const Error&)>& report);

}  // namespace pycore
