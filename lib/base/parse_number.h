// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Decimal numbers of command lines and environments.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pycore {

// The number that the whole of `text` is; nothing for "", "12x", " 1", "+1", or what 63 bits do not hold.
inline std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

}  // namespace pycore
