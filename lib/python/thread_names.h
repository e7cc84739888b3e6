// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// name_threads: what `threading` calls the threads of an interpreter: the dict `_active` of the module,
// {ident: Thread}, and the attribute `_name` of each. An ident is pthread_self().

#include <span>

#include "base/diagnostics.h"
#include "python/type_objects.h"
#include "state/interpreter_state.h"

namespace pycore {

// Sets the names of those `threads` of `interpreter` that `threading` knows there; there are none where
// it was never imported or is gone.
void name_threads(const Remote& remote, TypeObjects& types, const InterpreterState& interpreter,
                  std::span<PythonThread> threads, Diagnostics& diagnostics);

}  // namespace pycore
