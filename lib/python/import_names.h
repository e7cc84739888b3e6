// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// name_modules: by which dotted name each frame's file is imported, found with the process's own sys.path: it
// stays the same wherever a virtual environment lies.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "python/type_objects.h"
#include "state/interpreter_state.h"

namespace pycore {

// sys.path of an interpreter; entries that are no str are left out.
Result<std::vector<std::string>> read_import_path(const Remote& remote, TypeObjects& types, Address interpreter);

// "/env/lib/python3.13/site-packages/pkg/mod.py" below one of `path` -> "pkg.mod". Empty where no entry leads to
// it by names that can be imported.
std::string imported_name(std::string_view file, std::span<const std::string> path);

// Sets PythonFrame::module of the interpreter's threads.
void name_modules(const Remote& remote, TypeObjects& types, const InterpreterState& interpreter,
                  std::span<PythonThread> threads, Diagnostics& diagnostics);

}  // namespace pycore
