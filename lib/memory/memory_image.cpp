// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/memory_image.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace pycore {
namespace {

struct FrontRead {
    std::size_t size;
    std::optional<Error> missing;  // why it is not all of `out`
};

// Fills as much of the front of `out` as there is: a dump may end between two bytes of a string's page.
FrontRead read_front(const MemoryImage& memory, Address address, std::span<std::byte> out) {
    auto done = memory.read(address, out);
    if (done) return {out.size(), {}};
    const std::uint64_t size = done.error().address.value_or(address) - address;
    if (size >= out.size() || !memory.read(address, out.first(size))) return {0, std::move(done).error()};
    return {static_cast<std::size_t>(size), std::move(done).error()};
}

}  // namespace

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
        const auto [read, missing] = read_front(memory, address, part);
        const auto* begin = reinterpret_cast<const char*>(part.data());
        const auto* end = static_cast<const char*>(std::memchr(begin, 0, read));
        text.append(begin, end ? end : begin + read);
        if (end) break;
        if (missing) return *missing;
        address = address + read;
    }
    return text;
}

}  // namespace pycore
