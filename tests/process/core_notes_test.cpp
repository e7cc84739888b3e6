// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_notes.h"

#include <elf.h>

#include <cstring>

#include "process/open_bytes.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

// The last place of `text` in `core`.
std::size_t find(const std::vector<std::byte>& core, std::string_view text) {
    const std::string_view all(reinterpret_cast<const char*>(core.data()), core.size());
    const std::size_t place = all.rfind(text);
    REQUIRE(place != std::string_view::npos);
    return place;
}

std::string word(std::uint64_t value) { return {reinterpret_cast<const char*>(&value), sizeof(value)}; }

CoreBuilder core_with_file_note(const std::string& note) {
    CoreBuilder core;
    core.add_thread({.tid = 7}).add_memory(0x10000, std::string(0x1000, 'a')).add_note(NT_FILE, note);
    return core;
}

}  // namespace

TEST_CASE("threads, registers and system calls are read in the order of the core", "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        CoreBuilder core(style);
        core.add_memory(0x10000, std::string(0x1000, 'a'));
        core.add_thread({.tid = 12, .pc = 0x401000, .sp = 0x10010, .fs_base = 0x10100, .system_call = 202});
        core.add_thread({.tid = 11, .pc = 0x402000});
        const auto opened = open_built(core);

        REQUIRE(opened.process);
        REQUIRE(opened->threads.size() == 2);
        const Thread& first = opened->threads[0];
        CHECK(first.tid == 12);
        CHECK(first.registers.pc() == Address{0x401000});
        CHECK(first.registers.sp() == Address{0x10010});
        CHECK(first.registers.thread_pointer == Address{0x10100});
        CHECK(first.registers.system_call == 202);
        CHECK(opened->threads[1].tid == 11);
        CHECK_FALSE(opened->threads[1].registers.system_call);
    }
}

TEST_CASE("pid, parent, user and name come from the process record", "[process]") {
    CoreBuilder core;
    core.add_thread({.tid = 12}).set_process(12, 3, 4'000'000'000U, "fifteen_letters", "python a b");
    core.add_memory(0x10000, "a");
    const auto opened = open_built(core);

    CHECK(opened->pid == 12);
    CHECK(opened->ppid == 3);
    CHECK(opened->uid == 4'000'000'000);
    CHECK(opened->short_name == "fifteen_letters");
    CHECK(opened->command_line == std::vector<std::string>{"python", "a", "b"});
    CHECK(opened.tells("the command line is taken from the note NT_PRPSINFO"));
}

TEST_CASE("a gcore's program of 16 letters is named as its thread is, by 15", "[process]") {
    CoreBuilder core(Style::Gdb);
    core.add_thread({.tid = 12}).set_process(12, 3, 0, "victim-host-3.15", "victim-host-3.15").add_memory(0x10000, "a");
    CHECK(open_built(core)->short_name == "victim-host-3.1");
}

TEST_CASE("offsets of file mappings count in pages from the kernel, in bytes from gdb", "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        CoreBuilder core(style);
        core.add_thread({.tid = 7}).add_memory(0x10000, std::string(0x1000, 'a'));
        core.add_file_mapping({{0x20000}, {0x22000}}, 0x5000, "/data/b");
        core.add_file_mapping({{0x10000}, {0x11000}}, 0, "/data/a (deleted)");
        const auto opened = open_built(core);

        REQUIRE(opened->file_mappings.size() == 2);
        CHECK(opened->file_mappings[0].path == "/data/a (deleted)");
        CHECK(opened->file_mappings[1].range == AddressRange{{0x20000}, {0x22000}});
        CHECK(opened->file_mappings[1].file_offset == FileOffset{0x5000});
        CHECK(opened->producer == (style == Style::Kernel ? "kernel" : "gdb"));
    }
}

TEST_CASE("a note of file mappings that lies about its size is told", "[process]") {
    const std::string one = word(0x1000) + word(0x2000) + word(0);
    const std::string reversed = word(0x3000) + word(0x2000) + word(0);
    const std::string beyond = word(0x4000) + word(0x5000) + word(~std::uint64_t{0});
    const auto mappings_of = [](const std::string& note) {
        const auto opened = open_built(core_with_file_note(note));
        REQUIRE(opened.process);
        CHECK(opened.tells("a note of the core is damaged: NT_FILE"));
        return opened->file_mappings.size();
    };
    CHECK(mappings_of(word(~std::uint64_t{0}) + word(4096) + one + "/a") == 0);
    CHECK(mappings_of(word(1)) == 0);
    CHECK(mappings_of(word(2) + word(4096) + one + one + std::string("/a\0", 3)) == 1);
    CHECK(mappings_of(word(3) + word(4096) + reversed + beyond + one + std::string("/a\0/b\0/c\0", 9)) == 1);
}

TEST_CASE("a damaged unit of offsets is guessed from the offsets", "[process]") {
    const auto offset_of = [](std::uint64_t unit, std::uint64_t offset) {
        const std::string range = word(0x1000) + word(0x2000) + word(offset);
        const auto opened = open_built(core_with_file_note(word(1) + word(unit) + range + std::string("/a\0", 3)));
        CHECK(opened.tells("a note of the core is damaged: NT_FILE") == (unit != 1 && unit != 4096));
        REQUIRE(opened->file_mappings.size() == 1);
        return opened->file_mappings[0].file_offset.value;
    };
    CHECK(offset_of(4096, 5) == 0x5000);
    CHECK(offset_of(1, 0x5000) == 0x5000);
    for (const std::uint64_t damaged : {0, 2, 4104, 1 << 30}) {
        CHECK(offset_of(damaged, 5) == 0x5000);
        CHECK(offset_of(damaged, 0x5000) == 0x5000);
    }
}

TEST_CASE("what follows a damaged note is found again", "[process]") {
    CoreBuilder builder;
    builder.add_memory(0x10000, std::string(0x1000, 'a'));
    for (int tid = 1; tid <= 5; ++tid) builder.add_thread({.tid = tid});
    auto core = builder.build();
    // The last thread's NT_X86_XSTATE says that it is larger than the file.
    const std::size_t note = find(core, "LINUX") - 12;
    const std::uint32_t absurd = 0x7fffffff;
    std::memcpy(core.data() + note - 4 * (336 + 20 + 532 + 2688 + 20) + 4, &absurd, sizeof(absurd));
    const auto opened = open_bytes(core);

    REQUIRE(opened.process);
    CHECK(opened->threads.size() == 5);
    CHECK(opened.tells("bytes were passed over"));
}

TEST_CASE("a thread that is told twice, or has no id, is left out once", "[process]") {
    CoreBuilder core;
    core.add_memory(0x10000, "a");
    core.add_thread({.tid = 5, .pc = 1}).add_thread({.tid = 5, .pc = 2}).add_thread({.tid = 0}).add_thread({.tid = -3});
    const auto opened = open_built(core);

    REQUIRE(opened->threads.size() == 1);
    CHECK(opened->threads[0].registers.pc() == Address{1});
    CHECK(opened.tells("the core has a thread with the id 5 twice; it is left out"));
    CHECK(opened.tells("the core has a thread with the id -3; it is left out"));
}

TEST_CASE("notes that are too short for what they are cost only themselves", "[process]") {
    CoreBuilder core;
    core.add_memory(0x10000, "a").add_thread({.tid = 5}).add_thread({.tid = 6});
    for (const std::uint32_t type : {NT_PRSTATUS, NT_PRPSINFO, NT_SIGINFO, NT_AUXV, NT_FILE}) core.add_note(type, "ab");
    const auto opened = open_built(core);

    CHECK(opened->threads.size() == 2);
    for (const char* name : {"NT_PRSTATUS", "NT_PRPSINFO", "NT_SIGINFO", "NT_AUXV", "NT_FILE"}) {
        CHECK(opened.tells(std::string("a note of the core is damaged: ") + name));
    }
}

TEST_CASE("a core without notes says what it lacks, and its memory is read", "[process]") {
    CoreBuilder core(Style::Gdb);
    core.add_memory(0x10000, "a").add_thread({.tid = 5}).add_thread({.tid = 6});
    const auto bytes = core.build();
    Elf64_Phdr note;
    std::memcpy(&note, bytes.data() + sizeof(Elf64_Ehdr), sizeof(note));
    const auto opened = open_bytes(std::span(bytes).first(note.p_offset));

    REQUIRE(opened.process);
    CHECK(opened->threads.empty());
    CHECK(opened->producer == "gdb");
    CHECK(opened.at(0x10000) == 'a');
    CHECK(opened.tells("the core is cut: "));
    CHECK(opened.tells("the core tells of no thread"));
    CHECK(opened.tells("gdb writes them last"));
    CHECK(opened.tells("the core does not say which files were mapped"));
}
