// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The run-time type information of C++ (Itanium C++ ABI, 2.9.5), as it lies in a process. It describes itself: the
// virtual table of a type_info has a type_info of its own, whose name says how to read the first.

#include <optional>
#include <string>
#include <string_view>

#include "memory/memory_image.h"

namespace pycore {

// Mangled, without "_Z": "St13runtime_error", "PKc". nullopt: there is no type_info.
std::optional<std::string> read_type_name(const MemoryImage& memory, Address type_info);

// "std::runtime_error" for "St13runtime_error".
std::string demangle_type(std::string_view name);

// The part of `object`, which is of the class `type_info`, that is of the class `name`, or the object itself.
// nullopt: it has none, or its bases cannot be followed.
std::optional<Address> find_base(const MemoryImage& memory, Address object, Address type_info, std::string_view name);

}  // namespace pycore
