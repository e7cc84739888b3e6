// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_lines.h"

#include "elf/debug_file_finder.h"
#include "elf/elf_symbol.h"
#include "support/catch.h"
#include "support/victim_core.h"

using namespace pycore;
using pycore::test::line_of;

namespace {

std::shared_ptr<const ElfFile> open(const std::string& path) {
    auto file = ElfFile::open(path);
    REQUIRE(file);
    return *file;
}

// What is told where outer() has two calls merged into it.
std::vector<SourceFrame> frames_in_outer(DwarfLines& lines, const ElfFile& file) {
    const auto outer = find_symbol(file, "outer");
    REQUIRE(outer);
    std::vector<SourceFrame> deepest;
    for (std::uint64_t i = 0; i < outer->size; ++i) {
        auto frames = lines.find(outer->link_address + i);
        if (frames.size() > deepest.size()) deepest = std::move(frames);
    }
    return deepest;
}

}  // namespace

TEST_CASE("an address that no unit describes has no source", "[native]") {
    DwarfLines lines(open(PYCORE_VICTIM), nullptr);
    CHECK(lines.find(0).empty());
    CHECK(lines.find(UINT64_MAX).empty());
}

TEST_CASE("a file without DWARF has no source", "[native]") {
    DwarfLines none(open("/lib64/ld-linux-x86-64.so.2"), nullptr);
    CHECK(none.find(0x1000).empty());
}

TEST_CASE("the whole chain of merged calls is told, outermost first", "[native]") {
    const auto file = open(PYCORE_VICTIM);
    DwarfLines lines(file, nullptr);
    const auto frames = frames_in_outer(lines, *file);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].raw_name == "outer");
    CHECK(frames[1].raw_name == "inlined_middle");
    CHECK(frames[2].raw_name == "inlined_inner");
    CHECK(frames[0].location->line == line_of("outer"));
    CHECK(frames[1].location->line == line_of("middle"));
}

TEST_CASE("names that dwz moved to a shared file are read there", "[native]") {
#ifdef PYCORE_DWZ_VICTIM
    const auto file = open(PYCORE_DWZ_VICTIM);
    const auto shared = DebugFileFinder({}).find_alternate(*file);
    REQUIRE(shared);
    DwarfLines lines(file, shared);
    const auto frames = frames_in_outer(lines, *file);
    REQUIRE(frames.size() == 3);
    CHECK(frames[1].raw_name == "inlined_middle");
    CHECK(frames[2].raw_name == "inlined_inner");
    CHECK(frames[1].location->line == line_of("middle"));
    CHECK(frames[1].location->file == PYCORE_VICTIM_SOURCE);

    DwarfLines alone(file, nullptr);
    const auto nameless = frames_in_outer(alone, *file);
    REQUIRE(nameless.size() == 3);
    CHECK_FALSE(nameless[1].raw_name);
    CHECK(nameless[1].location->line == line_of("middle"));
#else
    WARN("SKIPPED: no dwz when the build was configured, or a compiler whose output it cannot read");
#endif
}

TEST_CASE("DWARF with bytes turned over costs answers, never the run", "[native]") {
    const auto original = open(PYCORE_VICTIM);
    const ElfSection* info = original->find_section(".debug_info");
    const ElfSection* line = original->find_section(".debug_line");
    const ElfSection* abbreviations = original->find_section(".debug_abbrev");
    REQUIRE((info && line && abbreviations));
    std::uint32_t random = 12345;
    for (int round = 0; round < 300; ++round) {
        auto bytes = std::make_shared<std::vector<std::byte>>(original->bytes().begin(), original->bytes().end());
        for (const ElfSection* section : {info, line, abbreviations}) {
            for (int i = 0; i < 3; ++i) {
                random = random * 1664525 + 1013904223;
                (*bytes)[section->offset + random % section->size] = static_cast<std::byte>(random >> 24);
            }
        }
        const auto damaged = ElfFile::from_bytes("damaged", *bytes, bytes);
        REQUIRE(damaged);
        DwarfLines lines(*damaged, nullptr);
        CHECK(frames_in_outer(lines, **damaged).size() < 100);
    }
}
