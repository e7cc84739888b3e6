// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// read_interpreters: every interpreter on the runtime's list.

#include "base/diagnostics.h"
#include "layout/locate_runtime.h"
#include "python/remote_struct.h"
#include "state/interpreter_state.h"

namespace pycore {

// Main interpreter first. What cannot be read is told to `diagnostics`.
std::vector<InterpreterState> read_interpreters(const Remote& remote, const layout::Runtime& runtime,
                                                Diagnostics& diagnostics);

}  // namespace pycore
