// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From the linker's name of a function to the one in its source.

#include <string>
#include <string_view>

namespace pycore {

// C++ (Itanium) and Rust (v0, and legacy without its hash) demangled; suffixes that GCC and Clang give
// to clones and parts of functions (".cold", ".part.0", ".constprop.1", ".isra.0", ".lto_priv.2",
// ".llvm.123") taken off. Any other name comes back as it is.
std::string demangle(std::string_view raw_name);

}  // namespace pycore
