// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How Python writes the content of str, bytes and numbers: what repr() says of them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pycore {

// 'it', "it's", with escapes for what does not print.
void append_text_repr(std::string& out, std::u32string_view characters);
// b'it\x00'
void append_bytes_repr(std::string& out, std::span<const std::byte> bytes);

// "1.0", "1e+16", "nan": the shortest decimals that read back as `value`.
std::string float_repr(double value);
// "(1+2j)"
std::string complex_repr(double real, double imaginary);
// `digits`: of 30 bits each, the lowest first; at least one.
std::string integer_repr(std::span<const std::uint32_t> digits, bool negative);

}  // namespace pycore
