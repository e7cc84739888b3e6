// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/seekable_zstd.h"

#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "support/catch.h"

using namespace pycore;

namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t offset) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof(number));
    return number;
}

// What `zstd -d` makes of it: frame by frame, skippable ones without output.
std::string unpack_all(const std::string& packed) {
    std::string out;
    for (std::size_t at = 0; at < packed.size();) {
        const std::size_t size = ZSTD_findFrameCompressedSize(packed.data() + at, packed.size() - at);
        REQUIRE_FALSE(ZSTD_isError(size));
        std::string frame(128 << 10, '\0');
        const std::size_t unpacked = ZSTD_decompress(frame.data(), frame.size(), packed.data() + at, size);
        REQUIRE_FALSE(ZSTD_isError(unpacked));
        out.append(frame, 0, unpacked);
        at += size;
    }
    return out;
}

}  // namespace

TEST_CASE("a packed snapshot unpacks to itself, and its table leads to each frame", "[freeze]") {
    std::string plain(300'000, '\0');
    for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<char>(i * i >> 7);
    const auto packed = compress_seekable(plain);
    REQUIRE(packed);
    CHECK(unpack_all(*packed) == plain);

    const std::size_t end = packed->size();
    CHECK(number_at(*packed, end - 4) == 0x8F92EAB1);
    const std::uint32_t frames = number_at(*packed, end - 9);
    REQUIRE(frames == 3);
    const std::size_t table = end - 9 - frames * 8;
    const std::size_t second = number_at(*packed, table);
    std::string frame(128 << 10, '\0');
    const std::size_t unpacked =
        ZSTD_decompress(frame.data(), frame.size(), packed->data() + second, number_at(*packed, table + 8));
    CHECK(unpacked == number_at(*packed, table + 12));
    CHECK(frame.substr(0, 100) == plain.substr(128 << 10, 100));
}

TEST_CASE("nothing packs to an empty table", "[freeze]") {
    const auto packed = compress_seekable({});
    REQUIRE(packed);
    CHECK(unpack_all(*packed).empty());
}
