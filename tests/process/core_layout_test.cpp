// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_layout.h"

#include <elf.h>

#include <cstring>
#include <random>

#include "process/open_bytes.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

constexpr std::uint64_t kSegments = 12;

std::uint64_t address_of(std::uint64_t i) { return 0x10000 * (i + 1); }
char letter_of(std::uint64_t i) { return static_cast<char>('a' + i); }

// Segments of several sizes, each full of its own letter; one is left out in between.
std::vector<std::byte> letters(Style style) {
    CoreBuilder core(style);
    core.set_process(5, 1, 0, "python", "python").add_thread({.tid = 5}).add_thread({.tid = 6});
    for (std::uint64_t i = 0; i < kSegments; ++i) {
        if (i == 4) {
            core.leave_out({{address_of(i)}, {address_of(i) + 0x1000}}, PF_R);
        } else {
            core.add_memory(address_of(i), std::string(0x1000 * (1 + i % 3), letter_of(i)));
        }
    }
    return core.build();
}

// The table's entry of segment `i` in a kernel core; entry 0 is the notes'.
std::size_t entry(std::uint64_t i) { return sizeof(Elf64_Ehdr) + (i + 1) * sizeof(Elf64_Phdr); }

template <typename T>
std::vector<std::byte> with(std::vector<std::byte> core, std::size_t offset, T value) {
    std::memcpy(core.data() + offset, &value, sizeof(T));
    return core;
}

// Each page that is there is full of its letter; how many pages there are.
std::size_t count_right_pages(const Opened& opened) {
    std::size_t pages = 0;
    for (std::uint64_t i = 0; i < kSegments; ++i) {
        for (std::uint64_t page = 0; page < 3; ++page) {
            const char byte = opened.at(address_of(i) + page * 0x1000 + 0x123);
            if (byte == '-' || byte == '.') continue;
            CHECK(byte == letter_of(i));
            ++pages;
        }
    }
    return pages;
}

}  // namespace

TEST_CASE("a sound table is left alone", "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        const auto opened = open_bytes(letters(style));
        CHECK(count_right_pages(opened) == 22);
        CHECK_FALSE(opened.tells("program headers of the core are damaged"));
        CHECK(opened->threads.size() == 2);
    }
}

TEST_CASE("the overlapping pieces that newer gdb writes are not called damaged", "[process]") {
    const auto core = with<std::uint64_t>(letters(Style::Gdb), entry(2) + offsetof(Elf64_Phdr, p_memsz), 0x18000);
    const auto opened = open_bytes(core);

    CHECK(count_right_pages(opened) == 22);
    CHECK_FALSE(opened.tells("program headers of the core are damaged"));
}

TEST_CASE("a segment whose place in the file is damaged is read from where its neighbours leave room", "[process]") {
    const auto core = letters(Style::Kernel);
    for (std::uint64_t i = 1; i < kSegments; ++i) {
        const auto opened =
            open_bytes(with(core, entry(i) + offsetof(Elf64_Phdr, p_offset), std::uint64_t{0x1000 * i}));
        INFO("segment " << i);
        CHECK(count_right_pages(opened) == 22);
        CHECK(opened.tells("program headers of the core are damaged: 1 were put right"));
    }
}

TEST_CASE("a segment whose size in the file is damaged keeps its bytes", "[process]") {
    const auto core = letters(Style::Kernel);
    for (std::uint64_t i = 0; i + 1 < kSegments; ++i) {
        for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{0x800}, ~std::uint64_t{0}}) {
            if (i == 4 && size == 0) continue;
            const auto opened = open_bytes(with(core, entry(i) + offsetof(Elf64_Phdr, p_filesz), size));
            INFO("segment " << i << " size " << size);
            CHECK(count_right_pages(opened) == 22);
            CHECK(opened.tells("program headers of the core are damaged"));
        }
    }
}

TEST_CASE("a segment whose address is damaged is lost, and nothing is shown in its place", "[process]") {
    const auto core = letters(Style::Kernel);
    const auto opened = open_bytes(with(core, entry(5) + offsetof(Elf64_Phdr, p_vaddr), address_of(9)));
    CHECK(count_right_pages(opened) == 22 - 3);
    CHECK(opened.tells("0 were put right by their neighbours, the memory of 1 is lost"));
}

TEST_CASE("a segment whose kind is damaged is still memory", "[process]") {
    const auto core = letters(Style::Kernel);
    const auto opened = open_bytes(with(core, entry(5) + offsetof(Elf64_Phdr, p_type), std::uint32_t{0x101}));
    CHECK(count_right_pages(opened) == 22);
    CHECK(opened.diagnostics.has_losses());
}

TEST_CASE("notes are found without a program header that tells of them", "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        const auto core = letters(style);
        const std::size_t note = sizeof(Elf64_Ehdr);
        for (const auto& damaged : {with(core, note + offsetof(Elf64_Phdr, p_type), std::uint32_t{0x104}),
                                    with(core, note + offsetof(Elf64_Phdr, p_offset), std::uint64_t{0x77}),
                                    with(core, note + offsetof(Elf64_Phdr, p_filesz), std::uint64_t{0})}) {
            const auto opened = open_bytes(damaged);
            REQUIRE(opened.process);
            CHECK(opened->threads.size() == 2);
            CHECK(opened->pid == 5);
            CHECK(opened.diagnostics.has_losses());
        }
    }
}

TEST_CASE("any one flipped bit of the table shows no byte at a wrong address without a word", "[process]") {
    const auto core = letters(Style::Kernel);
    for (std::size_t place = entry(0); place < entry(kSegments); ++place) {
        const std::size_t field = (place - entry(0)) % sizeof(Elf64_Phdr);
        for (unsigned bit = 0; bit < 8; ++bit) {
            const auto opened = open_bytes(with(core, place, core[place] ^ static_cast<std::byte>(1U << bit)));
            INFO("field at " << field << ", bit " << bit << ", entry " << (place - entry(0)) / sizeof(Elf64_Phdr));
            REQUIRE(opened.process);
            // A whole page that moved to where nothing else lies may be real: it must be told or right.
            if (!opened.diagnostics.has_losses()) count_right_pages(opened);
        }
    }
}
