// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/byte_reader.h"

#include <array>

#include "support/catch.h"

using namespace pycore;

TEST_CASE("a value that does not fit is not read and moves nothing", "[base]") {
    const std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    ByteReader reader(bytes);

    CHECK(reader.read<std::uint16_t>() == 0x0201);
    CHECK_FALSE(reader.read<std::uint16_t>());
    CHECK(reader.offset() == 2);
    CHECK_FALSE(reader.read_bytes(2));
    CHECK(reader.read_bytes(1));
    CHECK(reader.at_end());
    CHECK_FALSE(reader.seek(4));
    CHECK(reader.seek(3));
}

TEST_CASE("a string without its NUL is no string", "[base]") {
    const std::string_view text("ab\0cd", 5);
    ByteReader reader(std::as_bytes(std::span(text)));

    CHECK(reader.read_c_string() == "ab");
    CHECK_FALSE(reader.read_c_string());
    CHECK(reader.offset() == 3);
    CHECK_FALSE(ByteReader({}).read_c_string());
}

TEST_CASE("no offset, however large, reads past the end", "[base]") {
    const std::array<std::byte, 8> bytes{};

    CHECK(read_at<std::uint64_t>(bytes, 0));
    CHECK_FALSE(read_at<std::uint64_t>(bytes, 1));
    CHECK_FALSE(read_at<std::uint8_t>(bytes, 8));
    CHECK_FALSE(read_at<std::uint8_t>(bytes, ~std::size_t{0}));
}
