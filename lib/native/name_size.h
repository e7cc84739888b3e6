// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How long a mangled name becomes, before anybody writes it out. Mangled names refer back to their own
// parts, parts that do so themselves: 300 bytes can stand for gigabytes of text, which LLVM's demanglers
// would write. Nothing a compiler makes comes near the bound.

#include <cstdint>
#include <string_view>

namespace pycore {

inline constexpr std::uint64_t kMaxDemangledSize = 1 << 20;  // bytes, by an estimate that is never too small

// "_Z..."
bool has_bounded_itanium_text(std::string_view name);
// "_R..."; rust_name_size.cpp
bool has_bounded_rust_text(std::string_view name);

}  // namespace pycore
