// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// UTF-8 as it comes out of a dump: mostly sound, but also lone surrogates (CPython's surrogateescape,
// written as three bytes) and bytes that are nothing at all. Knows characters, not what may be printed.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pycore {

struct CodePoint {
    enum class Kind { Character, Surrogate, Byte } kind = Kind::Byte;
    char32_t value = 0;          // the byte's own value if it is no part of a character
    std::size_t size_bytes = 1;  // at least 1
};

// The code point that begins at `offset`, which lies inside `text`.
CodePoint parse_code_point(std::string_view text, std::size_t offset);

// Columns that a terminal gives to a character: 0 (combining), 1 or 2 (East Asian wide, emoji).
std::size_t display_width(char32_t character);
std::size_t display_width(std::string_view text);

}  // namespace pycore
