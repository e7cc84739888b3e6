// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Cores cut at every byte of their headers and notes, and with bits flipped: never a crash or a word
// that was not in the whole core, always a sentence.
#include <elf.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <random>
#include <set>

#include "process/open_bytes.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

CoreBuilder whole_core(Style style) {
    constexpr std::uint64_t kProgram = 0x555500000000;
    CoreBuilder core(style);
    core.set_process(7, 1, 0, "python3", "python3 x.py");
    core.add_thread({.tid = 7, .pc = kProgram + 0x1000, .signal = SIGSEGV, .siginfo = siginfo(SIGSEGV, 1, 0x10)});
    core.add_thread({.tid = 8, .sp = 0x10000});
    core.add_auxiliary(AT_PHDR, kProgram + 64).add_auxiliary(AT_PHNUM, 6).add_auxiliary(AT_RANDOM, 0x10800);
    core.add_memory(0x10000, std::string(0x1000, 'a'));
    core.load({.program = true, .r_debug = 0x10000}, kProgram, "/bin/program");
    return core.load(ElfBuilder{}, 0x7f0000000000, "/lib/libtest.so");
}

std::size_t end_of_notes(const std::vector<std::byte>& core, Style style) {
    Elf64_Phdr note;
    std::memcpy(&note, core.data() + sizeof(Elf64_Ehdr), sizeof(note));
    return style == Style::Kernel ? note.p_offset + note.p_filesz : core.size();
}

void check_part_of_whole(const Opened& opened, const Opened& whole) {
    if (!opened.process) {
        CHECK_FALSE(opened.process.error().message.empty());
        return;
    }
    for (const Thread& thread : opened->threads) {
        const Thread* known = whole->find_thread(thread.tid);
        REQUIRE(known != nullptr);
        CHECK(known->registers.general == thread.registers.general);
    }
    for (const Module& module : opened->modules) {
        INFO(module.path);
        CHECK(whole->find_module(module.range.begin) != nullptr);
    }
}

}  // namespace

TEST_CASE("a core cut at any byte of its headers and notes tells a part of the whole, and that it is cut",
          "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        const auto core = whole_core(style).build();
        const auto whole = open_bytes(core);
        REQUIRE(whole->threads.size() == 2);
        REQUIRE(whole->modules.size() == 2);
        const std::size_t begin = style == Style::Kernel ? 0 : core.size() - 0x2400;
        for (std::size_t size = begin; size < end_of_notes(core, style) - 128; ++size) {
            INFO("size " << size);
            const auto opened = open_bytes(std::span(core).first(size));
            check_part_of_whole(opened, whole);
            if (opened.process) CHECK(opened.diagnostics.has_losses());
        }
    }
}

TEST_CASE("flipped bits in headers and notes never crash, hang or make memory grow", "[process]") {
    std::mt19937 random(20240501);
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        const auto core = whole_core(style).build();
        const std::size_t headers = 64 + 12 * 56;
        const std::size_t notes_end = end_of_notes(core, style);
        const std::size_t notes_begin = style == Style::Kernel ? 0 : notes_end - 0x2400;
        for (int round = 0; round < 3000; ++round) {
            auto damaged = core;
            for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
                const bool in_headers = random() % 2 == 0;
                const std::size_t place =
                    in_headers ? random() % headers : notes_begin + random() % (notes_end - notes_begin);
                damaged[place] ^= static_cast<std::byte>(1U << random() % 8);
            }
            const auto opened = open_bytes(damaged);
            if (!opened.process) {
                CHECK_FALSE(opened.process.error().message.empty());
                continue;
            }
            CHECK(opened->threads.size() <= 3);
            CHECK(opened->modules.size() <= 4);
            CHECK(opened.diagnostics.entries().size() < 100);
        }
    }
}

TEST_CASE("flipped bits in a module's headers and in the dynamic linker's list never crash", "[process]") {
    std::mt19937 random(7);
    const auto core = whole_core(Style::Kernel).build();
    const std::size_t memory = core.size() - 0x7000;
    for (int round = 0; round < 3000; ++round) {
        auto damaged = core;
        for (int flips = 0; flips < 3; ++flips) {
            const std::size_t page = memory + 0x1000 * (random() % 7);
            damaged[page + random() % 0x600] ^= static_cast<std::byte>(1U << random() % 8);
        }
        const auto opened = open_bytes(damaged);
        REQUIRE(opened.process);
        CHECK(opened->threads.size() == 2);
    }
}
