// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "unpack/unpack_file.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <random>
#include <vector>

#include "support/catch.h"
#include "support/pack.h"
#include "support/temporary_directory.h"
#include "unpack/sparse_file.h"

using namespace pycore;
using namespace pycore::test;

namespace {

struct Format {
    Compression compression;
    std::string (*pack)(const std::string&);
};

const Format kFormats[] = {{Compression::Zstd, pack_zstd},
                           {Compression::Lz4, pack_lz4},
                           {Compression::Xz, pack_xz},
                           {Compression::Gzip, pack_gzip}};

// Text, zeros over many blocks, noise, and an end that is no whole block.
std::string sample() {
    std::mt19937 random(1);
    std::string text =
        "\x7f"
        "ELF" +
        std::string(5 << 20, '\0');
    for (int i = 0; i < 100'000; ++i) text += static_cast<char>(random());
    return text + std::string(10'000, '\0') + "end";
}

Result<UnpackedFile> unpack(const std::string& packed, Compression compression, const UnpackLimits& limits = {}) {
    const TemporaryDirectory folder;
    const auto file = MappedFile::open(folder.write("core", packed));
    REQUIRE(file);
    return unpack_file(**file, compression, limits);
}

std::string_view text_of(const UnpackedFile& unpacked) {
    const auto bytes = unpacked.file->bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("every format unpacks to what was packed, and is known by its first bytes", "[unpack]") {
    const std::string text = sample();
    for (const auto& [compression, pack] : kFormats) {
        const std::string packed = pack(text);
        INFO(to_string(compression));
        CHECK(find_compression(std::as_bytes(std::span(packed))) == compression);
        const auto unpacked = unpack(packed, compression);
        REQUIRE(unpacked);
        CHECK_FALSE(unpacked->cut);
        CHECK((text_of(*unpacked) == text));
    }
    CHECK_FALSE(
        find_compression(std::as_bytes(std::span("\x7f"
                                                 "ELF"))));
    CHECK_FALSE(find_compression({}));
}

TEST_CASE("several streams in one file are one", "[unpack]") {
    for (const auto& [compression, pack] : kFormats) {
        INFO(to_string(compression));
        const auto unpacked = unpack(pack("hello ") + pack(std::string(2 << 20, 'x')) + pack(" world"), compression);
        REQUIRE(unpacked);
        CHECK_FALSE(unpacked->cut);
        CHECK((text_of(*unpacked) == "hello " + std::string(2 << 20, 'x') + " world"));
    }
    const auto padded = unpack(pack_gzip("a") + pack_gzip("b") + std::string(512, '\0'), Compression::Gzip);
    REQUIRE(padded);
    CHECK_FALSE(padded->cut);
    CHECK(text_of(*padded) == "ab");
}

TEST_CASE("a cut file gives its front and the reason", "[unpack]") {
    const std::string text = sample();
    for (const auto& [compression, pack] : kFormats) {
        const std::string packed = pack(text);
        const auto unpacked = unpack(packed.substr(0, packed.size() - 20), compression);
        INFO(to_string(compression));
        REQUIRE(unpacked);
        CHECK(unpacked->cut);
        CHECK((text.starts_with(text_of(*unpacked))));
        CHECK(unpacked->file->bytes().size() > (1 << 20));
    }
}

TEST_CASE("damaged data gives what came before it, or an error, never a crash", "[unpack]") {
    std::mt19937 random(2);
    const std::string text = sample().substr(5 << 20);
    for (const auto& [compression, pack] : kFormats) {
        const std::string packed = pack(text);
        for (int round = 0; round < 200; ++round) {
            std::string damaged = packed;
            damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
            const auto unpacked = unpack(damaged, compression);
            if (!unpacked) CHECK_FALSE(unpacked.error().message.empty());
        }
    }
}

TEST_CASE("blocks of zeros take no room on the disk", "[unpack]") {
    auto file = SparseFile::create();
    REQUIRE(file);
    std::vector<std::byte> block(1 << 20);
    for (int i = 0; i < 64; ++i) REQUIRE(file->append(block));
    block[12345] = std::byte{1};
    REQUIRE(file->append(block));
    REQUIRE(file->append(std::span(block).first(100)));
    const auto mapped = file->map("core");

    REQUIRE(mapped);
    CHECK((*mapped)->bytes().size() == (65 << 20) + 100);
    CHECK((*mapped)->bytes()[(64 << 20) + 12345] == std::byte{1});
    CHECK(file->disk_bytes() < (1 << 20));
}

TEST_CASE("a file of some bytes cannot grow without bound", "[unpack]") {
    UnpackLimits limits;
    limits.ratio = 100;
    limits.size_bytes = 2 << 20;
    const std::string zeros(16 << 20, '\0');
    const auto unpacked = unpack(pack_zstd(zeros), Compression::Zstd, limits);
    REQUIRE(unpacked);
    REQUIRE(unpacked->cut);
    CHECK(unpacked->cut->code == ErrorCode::Limit);
    CHECK(unpacked->file->bytes().size() <= (3 << 20));
}

TEST_CASE("unpacking ends with the first bytes if nobody wants them", "[unpack]") {
    UnpackLimits limits;
    limits.is_wanted = [](std::span<const std::byte> front) { return front.front() == std::byte{'E'}; };
    const std::string large(16 << 20, 'x');
    const auto unpacked = unpack(pack_zstd(large), Compression::Zstd, limits);
    REQUIRE(unpacked);
    CHECK(unpacked->file->bytes().size() <= (1 << 20));
}

TEST_CASE("without a folder for the unpacked file there is a sentence with a way out", "[unpack]") {
    const char* before = ::getenv("TMPDIR");
    const std::string kept = before != nullptr ? before : "";
    const std::string packed = pack_gzip("hello");
    const TemporaryDirectory folder;
    const auto file = MappedFile::open(folder.write("core", packed));
    ::setenv("TMPDIR", (folder.path() + "/none").c_str(), 1);
    const auto unpacked = unpack_file(**file, Compression::Gzip);
    before != nullptr ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");

    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().message ==
          folder.path() + "/none: No such file or directory; set TMPDIR to a folder with room");
}
