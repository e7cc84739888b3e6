// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What all kinds of frames have in common: names and position out of their code object.

#include "python/code_objects.h"
#include "state/python_frame.h"

namespace pycore {

// `byte_offset` of the last instruction; negative: not begun.
void fill_frame(const Remote& remote, const CodeInfo& code, std::int64_t byte_offset, PythonFrame& frame,
                const std::function<void(const Error&)>& report);

}  // namespace pycore
