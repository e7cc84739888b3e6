// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The full version of a CPython whose _PyRuntime does not say it (<= 3.12).

#include <optional>
#include <string_view>

#include "layout/python_version.h"
#include "process/process_snapshot.h"

namespace pycore::layout {

// The constant Py_Version of 3.11+ in the module's file, else the buffer of Py_GetVersion()
// ("3.8.18 (default, ...) \n[GCC ...]") in the writable data around `runtime`. `module` may be null.
std::optional<PythonVersion> find_version(const ProcessSnapshot& process, const Module* module, Address runtime);

// The minor version in a file name: libpython3.8.so.1.0, python3.8. The micro version is unknown.
std::optional<PythonVersion> version_in_file_name(std::string_view path);

// Whether a file name ends its version in the letter of a debug build: python3.13d, libpython3.13td.so.
bool names_debug_build(std::string_view path);

}  // namespace pycore::layout
