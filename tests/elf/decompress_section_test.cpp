// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/decompress_section.h"

#include <elf.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <vector>

#include "support/catch.h"

using namespace pycore;

namespace {

const std::string kText(5000, 'x');

std::vector<std::byte> with_header(std::uint32_t type, std::uint64_t size, std::span<const std::byte> stream) {
    Elf64_Chdr header{};
    header.ch_type = type;
    header.ch_size = size;
    header.ch_addralign = 1;
    std::vector<std::byte> section(sizeof(header) + stream.size());
    std::memcpy(section.data(), &header, sizeof(header));
    std::memcpy(section.data() + sizeof(header), stream.data(), stream.size());
    return section;
}

std::vector<std::byte> zlib_stream() {
    uLongf size = compressBound(kText.size());
    std::vector<std::byte> stream(size);
    REQUIRE(compress(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(kText.data()),
                     kText.size()) == Z_OK);
    stream.resize(size);
    return stream;
}

std::vector<std::byte> zstd_stream() {
    std::vector<std::byte> stream(ZSTD_compressBound(kText.size()));
    stream.resize(ZSTD_compress(stream.data(), stream.size(), kText.data(), kText.size(), 1));
    return stream;
}

std::string text_of(const OwnedBytes& owned) { return {reinterpret_cast<const char*>(owned.data.get()), owned.size}; }

}  // namespace

TEST_CASE("sections packed by zlib and by zstd are unpacked", "[elf]") {
    const auto by_zlib = decompress_section(with_header(1, kText.size(), zlib_stream()));
    REQUIRE(by_zlib);
    CHECK(text_of(*by_zlib) == kText);
    const auto by_zstd = decompress_section(with_header(2, kText.size(), zstd_stream()));
    REQUIRE(by_zstd);
    CHECK(text_of(*by_zstd) == kText);
}

TEST_CASE("a packed section whose header lies about its size is an error", "[elf]") {
    CHECK_FALSE(decompress_section(with_header(1, kText.size() - 1, zlib_stream())));
    CHECK_FALSE(decompress_section(with_header(1, kText.size() + 1, zlib_stream())));
    CHECK_FALSE(decompress_section(with_header(2, kText.size() - 1, zstd_stream())));
    CHECK_FALSE(decompress_section(with_header(2, kText.size() + 1, zstd_stream())));
    CHECK_FALSE(decompress_section(with_header(1, UINT64_MAX, zlib_stream())));
    CHECK_FALSE(decompress_section(with_header(1, kMaxDecompressedSection, zlib_stream())));
}

TEST_CASE("a packed section that is cut or of an unknown kind is an error", "[elf]") {
    auto stream = zlib_stream();
    CHECK(decompress_section(with_header(7, kText.size(), stream)).error().code == ErrorCode::Unsupported);
    stream.resize(stream.size() / 2);
    CHECK_FALSE(decompress_section(with_header(1, kText.size(), stream)));
    CHECK_FALSE(decompress_section({}));
}
