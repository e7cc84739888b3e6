// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a thrown C++ object says: what() of those that are a std::exception, strings and numbers as they are.

#include <optional>
#include <string>

#include "memory/memory_image.h"

namespace pycore {

// `type_name`: mangled, of `object`. nullopt: it says nothing, or it cannot be told without running code.
std::optional<std::string> read_exception_text(const MemoryImage& memory, Address object, Address type_info,
                                               const std::string& type_name);

}  // namespace pycore
