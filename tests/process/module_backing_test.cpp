// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_backing.h"

#include <elf.h>

#include <cstring>

#include "process/open_bytes.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

constexpr std::uint64_t kLibrary = 0x7f0000000000;
constexpr std::uint64_t kText = kLibrary + ElfBuilder::kText;
constexpr std::uint64_t kData = kLibrary + ElfBuilder::kData + 0x200;  // behind the dynamic section
constexpr char kInFile = '\xdd';

CoreBuilder core_with(const std::string& path, bool dump_data, Style style = Style::Kernel) {
    CoreBuilder core(style);
    core.add_thread({.tid = 1});
    core.load(ElfBuilder{.code = 'T'}, kLibrary, path, {true, dump_data, true});
    return core;
}

}  // namespace

TEST_CASE("code that the core leaves out is read from the file", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'T'}.build());
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        const auto opened = open_built(core_with(path, true, style));
        CHECK(opened.at(kText) == 'T');
        CHECK(opened.at(kText + ElfBuilder::kTextSize - 1) == 'T');
        CHECK(opened->memory->view({kText}, 100).size() == 100);
    }
}

TEST_CASE("data that the core holds wins over the file", "[process]") {
    const TemporaryDirectory folder;
    auto other = ElfBuilder{.code = 'T'}.build();
    other[ElfBuilder::kDataOffset + 0x200] = std::byte{'f'};
    const auto opened = open_built(core_with(folder.write("libtest.so", other), true));
    CHECK(opened.at(kData) == kInFile);
}

TEST_CASE("data that nobody wrote to is the file's where written memory was dumped", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'T'}.build());
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        auto core = core_with(path, false, style);
        CHECK(open_built(core.add_memory(0x10000, std::string(0x1000, 'h'))).at(kData) == kInFile);
    }
}

TEST_CASE("data that a core was cut off from is lost, whatever the file says", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'T'}.build());
    auto core = core_with(path, true);
    const auto bytes = core.add_memory(0x10000, std::string(0x1000, 'h')).build();
    const auto opened = open_bytes(std::span(bytes).first(bytes.size() - 0x2000));  // .data and .bss are last

    CHECK(opened.at(kText) == 'T');
    CHECK(opened.at(kData) == '-');
}

TEST_CASE("written pages are not taken from files where a filter left all of them out", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'T'}.build());
    CoreBuilder core;
    core.add_thread({.tid = 1});
    const auto page = ElfBuilder{.code = 'T'}.build();
    core.add_memory(kLibrary, std::vector(page.begin(), page.begin() + 0x1000), PF_R);
    core.leave_out({{kText}, {kText + 0x2000}}, PF_R | PF_X);
    core.leave_out({{kText + 0x2000}, {kText + 0x3000}}, PF_R | PF_W);
    core.add_file_mapping({{kLibrary}, {kText}}, 0, path).add_file_mapping({{kText}, {kText + 0x2000}}, 0x1000, path);
    core.add_file_mapping({{kText + 0x2000}, {kText + 0x3000}}, 0x2000, path);
    const auto opened = open_built(core);

    CHECK(opened->modules[0].match == ModuleMatch::BuildId);
    CHECK(opened.at(kText) == 'T');
    CHECK(opened.at(kData) == '-');
    CHECK(opened.tells("the core has neither heap nor stacks"));
}

TEST_CASE("in a gdb core whose headers are damaged, written pages without a segment are lost", "[process]") {
    const TemporaryDirectory folder;
    auto core = core_with(folder.write("libtest.so", ElfBuilder{.code = 'T'}.build()), true, Style::Gdb);
    for (std::uint64_t i = 1; i < 8; ++i) core.add_memory(0x10000 * i, std::string(0x1000, 'h'));
    auto bytes = core.build();
    // The library's data is segment 8 of 9, .bss behind it; its address becomes that of nothing.
    const std::uint64_t nowhere = 1ULL << 62;
    const std::size_t entry = sizeof(Elf64_Ehdr) + 9 * sizeof(Elf64_Phdr);
    std::uint64_t address = 0;
    std::memcpy(&address, bytes.data() + entry + offsetof(Elf64_Phdr, p_vaddr), sizeof(address));
    REQUIRE(address == kLibrary + 0x3000);
    std::memcpy(bytes.data() + entry + offsetof(Elf64_Phdr, p_vaddr), &nowhere, sizeof(nowhere));
    const auto opened = open_bytes(bytes);

    CHECK(opened.at(kText) == 'T');
    CHECK(opened.at(kData) == '-');
}

TEST_CASE("where file mappings are lost, code is placed by the program headers", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("program", ElfBuilder{.program = true, .code = 'T'}.build());
    CoreBuilder core;
    core.add_thread({.tid = 1}).add_auxiliary(AT_PHDR, kLibrary + 64).add_auxiliary(AT_PHNUM, 6);
    core.load({.program = true, .r_debug = 0x10000}, kLibrary, "", {true, true, false});
    std::string heap(0x1000, '\0');
    const std::uint64_t words[] = {1, 0x10100};
    const std::uint64_t map[] = {kLibrary, 0x10200, kLibrary + ElfBuilder::kData, 0, 0};
    heap.replace(0, sizeof(words), std::string(reinterpret_cast<const char*>(words), sizeof(words)));
    heap.replace(0x100, sizeof(map), std::string(reinterpret_cast<const char*>(map), sizeof(map)));
    heap.replace(0x200, path.size(), path);
    const auto opened = open_built(core.add_memory(0x10000, heap));

    REQUIRE(opened.find_module(path) != nullptr);
    CHECK(opened.at(kText) == 'T');
}
