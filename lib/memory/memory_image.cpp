// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/memory_image.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace pycore {

Result<Address> read_address(const MemoryImage& memory, Address address) {
    auto word = read_value<std::uint64_t>(memory, address);
    if (!word) return std::move(word).error();
    return Address{*word};
}

Result<std::string> read_c_string(const MemoryImage& memory, Address address, std::size_t max_size) {
    std::string text;
    std::array<std::byte, 256> chunk;
    while (text.size() < max_size) {
        // Aligned chunks never cross into a page that the string does not reach.
        const std::size_t to_boundary = chunk.size() - address.value % chunk.size();
        const auto part = std::span(chunk).first(std::min(to_boundary, max_size - text.size()));
        if (auto done = memory.read(address, part); !done) return std::move(done).error();
        const auto* begin = reinterpret_cast<const char*>(part.data());
        const auto* end = static_cast<const char*>(std::memchr(begin, 0, part.size()));
        text.append(begin, end ? end : begin + part.size());
        if (end) break;
        address = address + part.size();
    }
    return text;
}

}  // namespace pycore
