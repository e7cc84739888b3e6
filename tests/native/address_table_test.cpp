// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/address_table.h"

#include <cstring>

#include "support/catch.h"

using namespace pycore;

namespace {

template <typename T>
void append(std::vector<std::byte>& bytes, T value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof(value));
}

std::vector<std::byte> table(std::uint32_t unit, std::uint64_t begin, std::uint64_t size) {
    std::vector<std::byte> bytes;
    append<std::uint32_t>(bytes, 44);  // what follows
    append<std::uint16_t>(bytes, 2);
    append<std::uint32_t>(bytes, unit);
    append<std::uint8_t>(bytes, 8);
    append<std::uint8_t>(bytes, 0);
    append<std::uint32_t>(bytes, 0);  // padding to 16
    for (const std::uint64_t word : {begin, size, std::uint64_t{0}, std::uint64_t{0}}) append(bytes, word);
    return bytes;
}

}  // namespace

TEST_CASE("the code ranges of every unit are listed", "[native]") {
    auto section = table(0x100, 0x4000, 0x20);
    const auto second = table(0x200, 0x5000, 0x10);
    section.insert(section.end(), second.begin(), second.end());
    const auto entries = parse_address_table(section);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].begin == 0x4000);
    CHECK(entries[0].end == 0x4020);
    CHECK(entries[0].unit_offset == 0x100);
    CHECK(entries[1].unit_offset == 0x200);
}

TEST_CASE("a damaged table ends the list, and ranges that wrap around are left out", "[native]") {
    auto section = table(0x100, 0x4000, 0x20);
    const auto sound = section;
    section.resize(section.size() + 7, std::byte{0xff});
    CHECK(parse_address_table(section).size() == 1);
    CHECK(parse_address_table(table(0x100, UINT64_MAX - 1, 0x20)).empty());
    CHECK(parse_address_table(std::span(sound).first(sound.size() - 1)).empty());
    CHECK(parse_address_table({}).empty());
}
