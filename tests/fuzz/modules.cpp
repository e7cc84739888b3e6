// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// A sound core with two modules in each of its three witnesses: NT_FILE, ld.so's link maps, memory.
// u8 who wrote it; then damages, whose places are the words of the file.
#include <elf.h>

#include <cstring>

#include "fuzz/damage.h"
#include "fuzz/open_whole.h"
#include "support/core_builder.h"

namespace pycore::fuzz {
namespace {

using test::CoreBuilder;
using test::ElfBuilder;

constexpr std::uint64_t kProgram = 0x555500000000;
constexpr std::uint64_t kLibrary = 0x7f0000000000;
constexpr std::uint64_t kHeap = 0x7e0000000000;
constexpr std::uint64_t kStack = 0x7ffd00000000;

// r_debug and two link maps behind it.
std::vector<std::byte> heap() {
    std::vector<std::byte> bytes(0x400);
    const auto put = [&](std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, 8); };
    put(0, 1);
    put(8, kHeap + 0x100);
    put(0x100, kProgram);
    put(0x108, kHeap + 0x140);
    put(0x110, kProgram + ElfBuilder::kData);
    put(0x118, kHeap + 0x200);
    put(0x200, kLibrary);
    put(0x208, kHeap + 0x240);
    put(0x210, kLibrary + ElfBuilder::kData);
    put(0x220, kHeap + 0x100);
    std::memcpy(bytes.data() + 0x240, "/fuzz/libtest.so.1", 19);
    return bytes;
}

std::vector<std::byte> build(CoreBuilder::Style style) {
    CoreBuilder core(style);
    core.set_process(7, 1, 0, "python3", "python3 x.py");
    core.add_thread({.tid = 7, .pc = kProgram + 0x1000, .sp = kStack, .signal = 11, .siginfo = test::siginfo(11, 1)});
    core.add_thread({.tid = 8, .sp = kStack + 0x100});
    core.add_auxiliary(AT_PHDR, kProgram + 64).add_auxiliary(AT_PHNUM, 6).add_auxiliary(AT_BASE, kLibrary);
    core.add_auxiliary(AT_RANDOM, kStack + 0x180);
    core.add_memory(kHeap, heap());
    core.add_memory(kStack, test::words({2, kStack + 0x100, kStack + 0x108, 0, 0, AT_PHDR, kProgram + 64, 0, 0}));
    core.load({.program = true, .r_debug = kHeap}, kProgram, "/fuzz/program");
    core.load(ElfBuilder{}, kLibrary, "/fuzz/libtest.so.1");
    return core.build();
}

}  // namespace

void fuzz_modules(Bytes input) {
    static const std::vector<std::byte> kernel = build(CoreBuilder::Style::Kernel);
    static const std::vector<std::byte> gdb = build(CoreBuilder::Style::Gdb);
    static constexpr std::uint64_t kOthers[] = {kProgram, kLibrary, kHeap, kHeap + 0x100, kHeap + 0x200, kStack};
    Choices choices(input);
    std::vector<std::byte> core = choices.number<std::uint8_t>() % 2 == 0 ? kernel : gdb;
    for (const Damage& damage : all_damages(choices)) {
        std::byte* place = core.data() + damage.place % (core.size() / 8) * 8;
        std::uint64_t word = 0;
        std::memcpy(&word, place, sizeof(word));
        word = damage.apply(word, kOthers);
        std::memcpy(place, &word, sizeof(word));
    }
    open_whole(core);
}

}  // namespace pycore::fuzz
