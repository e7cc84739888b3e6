// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <string>

#include "archive/tar_format.h"
#include "archive/tar_reader.h"
#include "archive/tar_writer.h"
#include "support/catch.h"

using namespace pycore;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Two members, one of them with a name that fits into no header, and a link to the first.
std::string sample(const std::string& long_name) {
    std::string archive;
    TarWriter tar(
        [&](std::string_view piece) {
            archive += piece;
            return Result<void>();
        },
        1234);
    REQUIRE(tar.add("a", "first"));
    REQUIRE(tar.add(long_name, std::string(1000, 'z')));
    REQUIRE(tar.add_link("b", "a"));
    REQUIRE(tar.finish());
    return archive;
}

}  // namespace

TEST_CASE("what was put into a tar archive comes out of it, also by long names and links", "[archive]") {
    const std::string long_name = std::string(300, 'n') + "\xc3\xa4";
    const std::string archive = sample(long_name);
    CHECK(archive.size() % kTarBlock == 0);
    CHECK(has_tar_magic(bytes_of(archive)));
    const TarTable table = parse_tar(bytes_of(archive));
    CHECK_FALSE(table.damage);
    REQUIRE(table.members.size() == 3);
    CHECK(table.members[0].name == "a");
    CHECK(text_of(table.members[0].bytes) == "first");
    CHECK(table.members[1].name == long_name);
    CHECK(table.members[1].bytes.size() == 1000);
    CHECK(table.members[2].name == "b");
    CHECK(text_of(table.members[2].bytes) == "first");
}

TEST_CASE("a cut archive tells the members before the cut, and that the last one is cut", "[archive]") {
    const std::string archive = sample("second");
    const TarTable table = parse_tar(bytes_of(archive).first(3 * kTarBlock + 10));
    REQUIRE(table.damage);
    REQUIRE(table.members.size() == 2);
    CHECK_FALSE(table.members[0].cut);
    CHECK(table.members[1].cut);
    CHECK(table.members[1].bytes.size() == 10);
}

TEST_CASE("every single changed byte of a header is noticed", "[archive]") {
    const std::string archive = sample("second");
    for (std::size_t at = 0; at < kTarBlock; ++at) {
        std::string damaged = archive;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        const TarTable table = parse_tar(bytes_of(damaged));
        CHECK((table.damage || table.members.size() < 3 || table.members[0].name == "a"));
    }
}

TEST_CASE("a size beyond the archive or beyond all numbers does not lead out of it", "[archive]") {
    std::string archive = sample("second");
    auto* header = reinterpret_cast<TarHeader*>(archive.data());
    for (const char first : {'\x80', '\xff'}) {
        std::fill(std::begin(header->size), std::end(header->size), '\xff');
        header->size[0] = first;
        std::fill(std::begin(header->checksum), std::end(header->checksum), ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < kTarBlock; ++i) sum += static_cast<unsigned char>(archive[i]);
        std::snprintf(header->checksum, sizeof(header->checksum), "%06o", sum);
        const TarTable table = parse_tar(bytes_of(archive));
        CHECK(table.damage);
        for (const TarMember& member : table.members) CHECK(member.bytes.size() < archive.size());
    }
}
