// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Names of functions and modules without what differs between two builds of one source: argument types,
// template arguments, clone suffixes, versions and hashes of shared objects, the place of a package.

#include <string>
#include <string_view>

namespace pycore {

// "void ns::f<int>(int) const" -> "ns::f<T>"; "__memcpy_avx_unaligned_erms" -> "memcpy".
std::string plain_function_name(std::string_view demangled);

// ".../site-packages/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so" ->
// "numpy._core._multiarray_umath"; "libblas-1f2e3d4c.so.3" -> "libblas"; "libc-2.31.so" -> "libc";
// "python" for the interpreter, its library and the modules that come with it, because one build has inside
// the executable what another has beside it.
std::string native_module_name(std::string_view path, bool is_runtime);

// The dotted name that a source file is imported by, as far as its path tells: below site-packages or the
// standard library all of it, elsewhere the file's own name. "<frozen runpy>" -> "runpy".
std::string python_module_name(std::string_view file);

// The name that a package has today: "numpy.core.fromnumeric" -> "numpy._core.fromnumeric".
std::string current_module_name(std::string_view module);

// A file of the standard library, not of what is installed beside it.
bool is_standard_library(std::string_view file);

}  // namespace pycore
