// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/file_memory.h"

#include <array>
#include <string_view>

#include "support/catch.h"

using namespace pycore;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

MemoryRegion region(std::uint64_t begin, std::uint64_t end) { return {{{begin}, {end}}}; }

// What can be read of [begin, end), byte by byte: '-' is Absent, '.' is Unmapped.
std::string picture(const FileMemory& memory, std::uint64_t begin, std::uint64_t end) {
    std::string text;
    for (std::uint64_t address = begin; address < end; ++address) {
        const auto byte = read_value<char>(memory, {address});
        text += byte ? *byte : byte.error().code == ErrorCode::Absent ? '-' : '.';
    }
    return text;
}

}  // namespace

TEST_CASE("a read past the dumped part of a segment names the first absent address", "[memory]") {
    const std::array<std::byte, 16> dumped{};
    FileMemory memory;
    memory.add_region(region(0x1000, 0x1020), dumped);
    memory.seal();

    std::array<std::byte, 8> out{};
    const auto done = memory.read({0x100c}, out);

    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::Absent);
    CHECK(done.error().address == Address{0x1010});
}

TEST_CASE("a read goes on across neighbouring regions", "[memory]") {
    FileMemory memory;
    memory.add_region(region(14, 16), bytes_of("cd"));
    memory.add_region(region(10, 14), bytes_of("12ab"));
    memory.seal();

    std::array<char, 4> out{};
    REQUIRE(memory.read({12}, std::as_writable_bytes(std::span(out))));
    CHECK(std::string_view(out.data(), out.size()) == "abcd");
}

TEST_CASE("a module file fills what the dump leaves out and nothing else", "[memory]") {
    FileMemory memory;
    memory.add_region(region(10, 14), bytes_of("AB"));
    memory.add_region(region(16, 18), bytes_of("CD"));
    memory.add_backing({9}, bytes_of("012345678"));
    memory.seal();

    CHECK(picture(memory, 8, 20) == ".0AB3456CD..");
    CHECK(memory.view({12}, 100).size() == 4);
    CHECK(memory.dumped({10}, 100).size() == 2);
    CHECK(memory.dumped({12}, 100).empty());
    CHECK(memory.dumped_bytes() == 4);
}

TEST_CASE("overlapping segments of a hostile core are each read where they win", "[memory]") {
    FileMemory memory;
    memory.add_region(region(10, 20), bytes_of("aaaaaaaaaa"));
    memory.add_region(region(12, 14), bytes_of("bb"));
    memory.add_region(region(16, 24), bytes_of("cccc"));
    memory.seal();

    CHECK(picture(memory, 9, 25) == ".aabbaacccc----.");
    CHECK(memory.mapped_bytes() == 14);
    CHECK(memory.dumped_bytes() == 10);
    const auto regions = memory.regions();
    REQUIRE(regions.size() == 4);
    CHECK(regions[2].range == AddressRange{{14}, {16}});
    CHECK(regions[2].present_bytes == 2);
    CHECK(regions[3].present_bytes == 4);
}

TEST_CASE("a segment at the top of the address space does not wrap around", "[memory]") {
    const Address top{~std::uint64_t{0} - 3};
    FileMemory memory;
    memory.add_region({{{0}, {4}}}, bytes_of("wxyz"));
    memory.add_region({{top, {~std::uint64_t{0}}}}, bytes_of("abcdefgh"));
    memory.add_backing(top, bytes_of("abcdefgh"));
    memory.seal();

    std::array<std::byte, 8> out{};
    REQUIRE(memory.read(top, std::span(out).first(3)));
    const auto done = memory.read(top, out);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::Unmapped);
    CHECK(memory.view({~std::uint64_t{0}}, 1).empty());
}

TEST_CASE("a segment without size or whose end lies before its begin holds nothing", "[memory]") {
    FileMemory memory;
    memory.add_region(region(10, 10), bytes_of("a"));
    memory.add_region(region(20, 12), bytes_of("a"));
    memory.seal();

    CHECK(memory.regions().empty());
    CHECK(picture(memory, 10, 22) == "............");
}

TEST_CASE("a mapping known by name only is absent, not unmapped", "[memory]") {
    FileMemory memory;
    memory.add_region(region(12, 14), bytes_of("ab"));
    memory.add_mapping(region(10, 16));
    memory.add_mapping(region(15, 18));
    memory.seal();

    CHECK(picture(memory, 9, 19) == ".--ab----.");
    CHECK(memory.mapped_bytes() == 8);
    CHECK(memory.dumped_bytes() == 2);
}

TEST_CASE("a string is read although the dump ends right behind it", "[memory]") {
    FileMemory memory;
    memory.add_region(region(0x100, 0x200), bytes_of(std::string_view("hello\0ab", 8)));
    memory.seal();

    CHECK(*read_c_string(memory, {0x100}) == "hello");
    CHECK(read_c_string(memory, {0x106}).error().address == Address{0x108});
    CHECK(*read_c_string(memory, {0x106}, 2) == "ab");
    CHECK(read_c_string(memory, {0x200}).error().code == ErrorCode::Unmapped);
}

TEST_CASE("where program headers are lost, what no region holds counts as left out", "[memory]") {
    FileMemory memory;
    memory.add_region({{{0x10000}, {0x11000}}}, {});
    memory.tell_gaps_as_absent();
    memory.seal();
    const auto code_at = [&](std::uint64_t address) {
        std::byte byte;
        const auto read = memory.read({address}, std::span(&byte, 1));
        REQUIRE_FALSE(read);
        return read.error().code;
    };
    CHECK(code_at(0x7f0000000000) == ErrorCode::Absent);
    CHECK(code_at(0x10) == ErrorCode::Unmapped);
    CHECK(code_at(0xffffffff00000000) == ErrorCode::Unmapped);
}
