// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Readers of str, bytes and int objects.

#include <string>

#include "python/type_objects.h"

namespace pycore {

// A str of any kind (Latin-1, UCS2, UCS4, compact or not) as UTF-8. Lone surrogates are kept as their
// three bytes (WTF-8, Python's "surrogatepass"); whoever prints them escapes them.
Result<std::string> read_text(const Remote& remote, TypeObjects& types, Address object);

// The first characters of a str; `length` counts all of them. Where a str says that it is much longer than any
// memory, it is damaged.
struct TextPrefix {
    std::u32string characters;  // code points; lone surrogates as they are
    std::uint64_t length = 0;
};
Result<TextPrefix> read_text_prefix(const Remote& remote, TypeObjects& types, Address object,
                                    std::size_t max_characters);

// The same as UTF-8, for names.
Result<std::string> read_short_text(const Remote& remote, TypeObjects& types, Address object,
                                    std::size_t max_characters);

// As UTF-8; a lone surrogate as its three bytes.
void append_utf8(std::string& out, std::uint32_t character);

// The content of a bytes object, in place where the image allows it, else in `storage`.
Result<std::span<const std::byte>> read_bytes_object(const Remote& remote, Address object, std::size_t max_size,
                                                     std::vector<std::byte>& storage);

// An int that fits 64 bits; thread idents are unsigned. nullopt: larger, negative or no int.
std::optional<std::uint64_t> read_unsigned(const Remote& remote, TypeObjects& types, Address object);

}  // namespace pycore
