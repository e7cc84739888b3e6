// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Frames of CPython <= 3.10: PyFrameObjects on the heap, linked by f_back, one native activation each.
// 3.10 has a _PyCFrame on the C stack beside each.

#include "python/frames.h"

namespace pycore {

FrameStack read_frame_objects(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                              const std::function<void(const Error&)>& report);

}  // namespace pycore
