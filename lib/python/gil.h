// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// read_gil: the GIL that an interpreter uses, as memory has it. Through 3.11 it is the runtime's, from
// 3.12 on the interpreter points to its own or to the main interpreter's.

#include "layout/locate_runtime.h"
#include "python/remote_struct.h"
#include "state/interpreter_state.h"

namespace pycore {

Result<GilState> read_gil(const Remote& remote, const layout::Runtime& runtime, Address interpreter);

}  // namespace pycore
