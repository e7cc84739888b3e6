// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_list.h"

#include <elf.h>
#include <cstring>

#include "process/open_bytes.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

constexpr std::uint64_t kProgram = 0x555500000000;
constexpr std::uint64_t kLibrary = 0x7f0000000000;
constexpr std::uint64_t kHeap = 0x7e0000000000;
constexpr std::uint64_t kDynamic = ElfBuilder::kData;

CoreBuilder core_with_thread(Style style = Style::Kernel) {
    CoreBuilder core(style);
    core.add_thread({.tid = 1});
    core.add_memory(0x10000, std::string(0x1000, 'a'));
    return core;
}

struct LinkMap {
    std::uint64_t load_bias;
    std::string name;
    std::uint64_t dynamic;
};

// r_debug at kHeap and a list of link maps behind it.
void add_link_map(CoreBuilder& core, const std::vector<LinkMap>& entries, bool circle = false) {
    std::string heap(0x1000, '\0');
    const auto put = [&](std::uint64_t at, std::uint64_t value) {
        heap.replace(at, 8, std::string(reinterpret_cast<const char*>(&value), 8));
    };
    put(0, 1);
    put(8, kHeap + 0x100);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::uint64_t at = 0x100 + i * 0x100;
        put(at, entries[i].load_bias);
        put(at + 8, kHeap + at + 0x40);
        put(at + 16, entries[i].dynamic);
        put(at + 24, i + 1 < entries.size() ? kHeap + at + 0x100 : circle ? kHeap + 0x100 : 0);
        heap.replace(at + 0x40, entries[i].name.size() + 1, entries[i].name + '\0');
    }
    core.add_memory(kHeap, heap);
}

ElfBuilder program() { return {.program = true, .build_id = "\xaa\xbb", .r_debug = kHeap}; }

std::vector<std::string> paths(const Opened& opened) {
    std::vector<std::string> all;
    for (const Module& module : opened->modules) all.push_back(module.path);
    return all;
}

}  // namespace

TEST_CASE("the mappings of a loaded file are one module, .bss included", "[process]") {
    for (const Style style : {Style::Kernel, Style::Gdb}) {
        auto core = core_with_thread(style);
        core.load(ElfBuilder{}, kLibrary, "/lib/libtest.so");
        const auto opened = open_built(core);

        REQUIRE(opened->modules.size() == 1);
        const Module& module = opened->modules[0];
        CHECK(module.path == "/lib/libtest.so");
        CHECK(module.range == AddressRange{{kLibrary}, {kLibrary + ElfBuilder::kSize}});
        CHECK(module.load_bias == kLibrary);
        CHECK(module.build_id == "01234567");
        CHECK(module.match == ModuleMatch::Missing);
        CHECK_FALSE(module.is_executable);
    }
}

TEST_CASE("a program that is linked to an address has no load bias", "[process]") {
    auto core = core_with_thread();
    core.load({.fixed_address = true, .program = true, .link_base = 0x400000}, 0, "/bin/program");
    core.add_auxiliary(AT_PHDR, 0x400040).add_auxiliary(AT_PHNUM, 6);
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 1);
    CHECK(opened->modules[0].load_bias == 0);
    CHECK(opened->modules[0].is_executable);
    CHECK(opened->executable == "/bin/program");
}

TEST_CASE("files that are mapped as data are no modules", "[process]") {
    auto core = core_with_thread();
    core.load(ElfBuilder{}, kLibrary, "/lib/libtest.so");
    // A library that a program reads through a mapping, a file of text, and one that was not dumped.
    const std::uint64_t data = kLibrary + 0x100000;
    core.add_memory(data, ElfBuilder{.build_id = "\x99"}.build(), PF_R, 0x3000);
    core.add_file_mapping({{data}, {data + 0x3000}}, 0, "/lib/libread.so");
    core.add_memory(data + 0x10000, std::string(0x1000, 'x'), PF_R);
    core.add_file_mapping({{data + 0x10000}, {data + 0x11000}}, 0, "/usr/lib/locale/C.utf8/LC_CTYPE");
    core.leave_out({{data + 0x20000}, {data + 0x22000}}, PF_R);
    core.add_file_mapping({{data + 0x20000}, {data + 0x21000}}, 0, "/data/array.npy");
    core.add_file_mapping({{data + 0x21000}, {data + 0x22000}}, 0x5000, "/data/array.npy");
    const auto opened = open_built(core);

    CHECK(paths(opened) == std::vector<std::string>{"/lib/libtest.so"});
    CHECK(opened->file_mappings.size() == 7);
}

TEST_CASE("a file that was loaded twice is two modules", "[process]") {
    auto core = core_with_thread();
    core.load(ElfBuilder{}, kLibrary, "/lib/libtest.so").load(ElfBuilder{}, kLibrary + 0x5000, "/lib/libtest.so");
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 2);
    CHECK(opened->modules[0].range.end == opened->modules[1].range.begin);
    CHECK(opened->modules[1].load_bias == kLibrary + 0x5000);
}

TEST_CASE("a module never reaches into a mapping of another file", "[process]") {
    auto core = core_with_thread();
    core.load(ElfBuilder{}, kLibrary, "/lib/libtest.so");
    core.add_file_mapping({{kLibrary + 0x4800}, {kLibrary + 0x5000}}, 0x10, "/data/inside");
    core.load(ElfBuilder{.build_id = "\x77"}, kLibrary + 0x20000, "/lib/libother.so");
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 2);
    CHECK(opened->modules[0].range.end == Address{kLibrary + 0x4800});
    CHECK(opened->find_module({kLibrary + 0x4000}) == &opened->modules[0]);
    CHECK(opened->find_module({kLibrary + 0x4800}) == nullptr);
    CHECK(opened->find_module({kLibrary + 0x24fff}) == &opened->modules[1]);
}

TEST_CASE("the dynamic linker's list finds the modules of a core without file mappings", "[process]") {
    auto core = core_with_thread();
    const CoreBuilder::LoadOptions unnamed{true, true, false};
    core.load(program(), kProgram, "", unnamed).load(ElfBuilder{}, kLibrary, "", unnamed);
    core.load(ElfBuilder{.build_id = "\x77", .name = "libforgotten.so"}, kLibrary + 0x10000, "", unnamed);
    core.add_auxiliary(AT_PHDR, kProgram + 64).add_auxiliary(AT_PHNUM, 6);
    add_link_map(core, {{kProgram, "", kProgram + kDynamic}, {kLibrary, "/opt/libtest.so", kLibrary + kDynamic}});
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 3);
    CHECK(opened->modules[0].is_executable);
    CHECK(opened->modules[0].build_id == "aabb");
    CHECK(opened->modules[0].load_bias == kProgram);
    CHECK(opened->modules[1].path == "/opt/libtest.so");
    CHECK(opened->modules[2].path == "libforgotten.so");  // its own name, as nobody else has one
    CHECK(opened.tells("no NT_FILE note"));
}

TEST_CASE("a module that only the dynamic linker lists is kept beside those of the mappings", "[process]") {
    auto core = core_with_thread();
    core.load(program(), kProgram, "/bin/program");
    core.load(ElfBuilder{}, kLibrary, "", {true, true, false});
    core.add_auxiliary(AT_PHDR, kProgram + 64).add_auxiliary(AT_PHNUM, 6);
    add_link_map(core, {{kProgram, "", kProgram + kDynamic},
                        {kLibrary, "/opt/libtest.so", kLibrary + kDynamic},
                        {kLibrary + 0x900000, "/opt/libgone.so", kLibrary + 0x900000 + kDynamic}});
    const auto opened = open_built(core);

    CHECK(paths(opened) == std::vector<std::string>{"/bin/program", "/opt/libtest.so"});
    CHECK(opened.tells("the dynamic linker lists /opt/libgone.so, of which nothing is in the core"));
}

TEST_CASE("a list of modules that runs in a circle is told and costs no module", "[process]") {
    auto core = core_with_thread();
    core.load(program(), kProgram, "/bin/program").load(ElfBuilder{}, kLibrary, "/lib/libtest.so");
    core.add_auxiliary(AT_PHDR, kProgram + 64).add_auxiliary(AT_PHNUM, 6);
    add_link_map(core, {{kProgram, "", kProgram + kDynamic}, {kLibrary, "x", kLibrary + kDynamic}}, true);
    const auto opened = open_built(core);

    CHECK(opened->modules.size() == 2);
    CHECK(opened.tells("the dynamic linker's list of modules run in a circle"));
}

TEST_CASE("under an ld.so that was run by hand the program is what it loaded", "[process]") {
    auto core = core_with_thread();
    core.load(program(), kProgram, "/bin/program");
    core.load(ElfBuilder{.name = "ld-linux-x86-64.so.2"}, kLibrary, "/lib/ld-linux-x86-64.so.2");
    core.add_auxiliary(AT_PHDR, kLibrary + 64).add_auxiliary(AT_PHNUM, 5).add_auxiliary(AT_BASE, 0);
    core.add_auxiliary(AT_ENTRY, kLibrary + ElfBuilder::kText);
    add_link_map(core, {{kProgram, "/bin/program", kProgram + kDynamic}});
    const auto opened = open_built(core);

    CHECK(opened->executable == "/bin/program");
    CHECK(opened.find_module("/bin/program")->is_executable);
    CHECK_FALSE(opened.find_module("/lib/ld-linux-x86-64.so.2")->is_executable);
}

TEST_CASE("the kernel's own page is a module that needs no file", "[process]") {
    auto core = core_with_thread();
    core.load(ElfBuilder{.build_id = "\x42", .name = "linux-vdso.so.1"}, kLibrary, "", {true, true, false});
    core.add_auxiliary(AT_SYSINFO_EHDR, kLibrary);
    // Its text is dumped too; the builder leaves it out.
    core.add_memory(kLibrary + ElfBuilder::kText, std::string(0x2000, 'v'), PF_R | PF_X);
    core.add_file_mapping({{0x10000}, {0x11000}}, 0, "/data/a");
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 1);
    const Module& vdso = opened->modules[0];
    CHECK(vdso.path == "[vdso]");
    CHECK(vdso.match == ModuleMatch::BuildId);
    REQUIRE(vdso.file);
    CHECK(vdso.file->build_id() == "42");
    CHECK_FALSE(vdso.found_path);
    CHECK_FALSE(opened.tells("files that"));
}

TEST_CASE("modules whose headers were not dumped are placed by their files", "[process]") {
    const TemporaryDirectory folder;
    const std::string here = folder.write("libhere.so", ElfBuilder{}.build());
    auto core = core_with_thread();
    core.load(ElfBuilder{}, kLibrary, here, {false, true, true});
    core.load(ElfBuilder{}, kLibrary + 0x10000, folder.path() + "/libgone.so", {false, true, true});
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 2);
    const Module& found = opened->modules[0];
    CHECK(found.match == ModuleMatch::Unverified);
    CHECK(found.file);
    CHECK(found.load_bias == kLibrary);
    CHECK(found.range.end == Address{kLibrary + ElfBuilder::kSize});
    CHECK(found.build_id == "01234567");
    CHECK(opened->modules[1].match == ModuleMatch::Missing);
    CHECK(opened->modules[1].range == AddressRange{{kLibrary + 0x10000}, {kLibrary + 0x14000}});
    CHECK(opened.tells("files are used without a build-id"));
}

TEST_CASE("damaged headers in memory make no module of absurd size", "[process]") {
    auto core = core_with_thread();
    auto elf = ElfBuilder{}.build();
    const std::uint64_t huge = ~std::uint64_t{0} - 0x3000;
    std::memcpy(elf.data() + 64 + 2 * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_memsz), &huge, sizeof(huge));
    core.add_memory(kLibrary, std::vector(elf.begin(), elf.begin() + 0x1000), PF_R);
    core.add_file_mapping({{kLibrary}, {kLibrary + 0x1000}}, 0, "/lib/libtest.so");
    core.add_file_mapping({{kLibrary + 0x1000}, {kLibrary + 0x3000}}, 0x1000, "/lib/libtest.so");
    core.add_file_mapping({{kLibrary + 0x10000}, {kLibrary + 0x11000}}, 0, "/data/a");
    const auto opened = open_built(core);

    REQUIRE(opened->modules.size() == 1);
    CHECK(opened->modules[0].range.end <= Address{kLibrary + 0x10000});
}
