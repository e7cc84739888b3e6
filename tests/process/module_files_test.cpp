// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_files.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "process/open_bytes.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

constexpr std::uint64_t kLibrary = 0x7f0000000000;
constexpr std::uint64_t kText = kLibrary + ElfBuilder::kText;

CoreBuilder core_with(const ElfBuilder& elf, const std::string& path, std::uint64_t pc = 0) {
    CoreBuilder core;
    core.add_thread({.tid = 1, .pc = pc});
    core.add_memory(0x10000, std::string(0x1000, 'a')).load(elf, kLibrary, path);
    return core;
}

const Module& module_of(const Opened& opened) {
    REQUIRE(opened.process);
    REQUIRE(opened->modules.size() == 1);
    return opened->modules[0];
}

}  // namespace

TEST_CASE("a file with the core's build-id is used, one of another build is not", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'X'}.build());

    const auto same = open_built(core_with(ElfBuilder{}, path));
    CHECK(module_of(same).match == ModuleMatch::BuildId);
    CHECK(module_of(same).found_path == path);
    CHECK(module_of(same).file->path() == path);
    CHECK(same.at(kText) == 'X');
    CHECK(same.diagnostics.entries().empty());

    const auto other = open_built(core_with(ElfBuilder{.build_id = "\x99\x99\x99\x99"}, path));
    CHECK(module_of(other).match == ModuleMatch::Mismatch);
    CHECK(module_of(other).found_path == path);
    CHECK_FALSE(module_of(other).file);
    CHECK(module_of(other).build_id == "99999999");
    CHECK(other.at(kText) == '-');
    CHECK(other.tells("files that the process had loaded are other builds here: " + path + " (build-id 99999999)"));
}

TEST_CASE("without build-ids a file is used if it agrees with what the core holds", "[process]") {
    const TemporaryDirectory folder;
    const ElfBuilder plain{.build_id = "", .code = 'X'};
    const std::string path = folder.write("libtest.so", plain.build());

    const auto same = open_built(core_with(plain, path));
    CHECK(module_of(same).match == ModuleMatch::Unverified);
    CHECK(module_of(same).file);
    CHECK(same.at(kText) == 'X');
    CHECK_FALSE(same.diagnostics.has_losses());
    CHECK(same.tells("files are used without a build-id to prove that they are the right ones: " + path));

    // A name that differs lies in the page that is dumped; so do a segment's size and the entry point.
    const auto named = open_built(core_with({.build_id = "", .name = "libother.so"}, path));
    CHECK(module_of(named).match == ModuleMatch::Mismatch);
    const auto with_id = open_built(core_with({.build_id = "\x01"}, path));
    CHECK(module_of(with_id).match == ModuleMatch::Mismatch);
    auto stripped = plain.build();
    stripped[offsetof(Elf64_Ehdr, e_shoff)] = std::byte{0x77};
    folder.write("libtest.so", stripped);
    CHECK(module_of(open_built(core_with(plain, path))).match == ModuleMatch::Unverified);
}

TEST_CASE("the dynamic section tells builds apart that look alike at the front", "[process]") {
    const TemporaryDirectory folder;
    const ElfBuilder plain{.build_id = ""};
    auto other = plain.build();
    other[ElfBuilder::kDataOffset + 24] ^= std::byte{1};  // DT_STRSZ
    const std::string path = folder.write("libtest.so", other);

    CHECK(module_of(open_built(core_with(plain, path))).match == ModuleMatch::Mismatch);
}

TEST_CASE("files are taken from the sysroot first and from their own place next", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("lib/libtest.so", ElfBuilder{.code = 'H'}.build());
    const TemporaryDirectory root;
    FileSearch search;
    search.sysroot = root.path();
    const auto core = core_with(ElfBuilder{}, path);

    CHECK(open_built(core, search).at(kText) == 'H');
    const std::string in_root = root.write(path.substr(1), ElfBuilder{.code = 'R'}.build());
    CHECK(open_built(core, search).at(kText) == 'R');
    CHECK(module_of(open_built(core, search)).found_path == in_root);
    root.write(path.substr(1), ElfBuilder{.build_id = "\x55", .code = 'W'}.build());
    CHECK(open_built(core, search).at(kText) == 'H');
    folder.write("lib/libtest.so", "no ELF file");
    CHECK(module_of(open_built(core, search)).match == ModuleMatch::Mismatch);
    CHECK(module_of(open_built(core, search)).found_path == in_root);
}

TEST_CASE("the program's file may be given, and has to be the right one", "[process]") {
    const TemporaryDirectory folder;
    const ElfBuilder program{.fixed_address = true, .program = true, .link_base = 0x400000, .code = 'P'};
    CoreBuilder core;
    core.add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a')).load(program, 0, "/nowhere/python3");
    core.add_auxiliary(AT_PHDR, 0x400040).add_auxiliary(AT_PHNUM, 6);
    FileSearch search;
    search.executable = folder.write("python3", program.build());

    const auto right = open_built(core, search);
    CHECK(module_of(right).found_path == search.executable);
    CHECK(right.at(0x401000) == 'P');
    auto wrong_program = program;
    wrong_program.build_id = "\x99";
    search.executable = folder.write("other", wrong_program.build());
    const auto wrong = open_built(core, search);
    CHECK_FALSE(module_of(wrong).file);
    CHECK(wrong.tells(search.executable + " is not the program of this core (/nowhere/python3)"));
    search.executable = folder.path() + "/none";
    CHECK(open_built(core, search).tells("the given executable: " + folder.path() + "/none: no such file"));
}

TEST_CASE("what a core names is opened only if it is a regular file of an absolute path", "[process]") {
    const TemporaryDirectory folder;
    const std::string fifo = folder.path() + "/libfifo.so";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    folder.write("librelative.so", ElfBuilder{}.build());
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    for (const std::string& path : {fifo, folder.path(), std::string("librelative.so"), std::string("/dev/zero"),
                                    std::string("/proc/self/mem"), std::string("/memfd:x (deleted)"), std::string()}) {
        const auto opened = open_built(core_with(ElfBuilder{}, path));
        INFO("path " << path);
        CHECK(module_of(opened).match == ModuleMatch::Missing);
        CHECK_FALSE(module_of(opened).found_path);
    }
    std::filesystem::current_path(before);
}

TEST_CASE("a module known by its own name only is found beside the given program, by its build-id", "[process]") {
    const TemporaryDirectory folder;
    FileSearch search;
    search.executable = folder.write("bin/python3", ElfBuilder{.program = true}.build());
    const std::string library =
        folder.write("lib/libbare.so.1", ElfBuilder{.name = "libbare.so.1", .code = 'B'}.build());
    const auto open_with = [&](const std::string& build_id) {
        CoreBuilder core;
        core.add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a'));
        core.load({.build_id = build_id, .name = "libbare.so.1"}, kLibrary, "", {true, true, false});
        return open_built(core, search);
    };
    const auto same = open_with(ElfBuilder{}.build_id);
    CHECK(module_of(same).path == "libbare.so.1");
    CHECK(module_of(same).match == ModuleMatch::BuildId);
    CHECK(std::filesystem::equivalent(*module_of(same).found_path, library));
    CHECK(same.at(kText) == 'B');
    CHECK_FALSE(module_of(open_with("\x99")).file);
    CHECK_FALSE(module_of(open_with("")).file);
}

TEST_CASE("a deleted file is used only if what took its place is the same", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("libtest.so", ElfBuilder{.code = 'X'}.build());
    const std::string recorded = path + " (deleted)";

    const auto same = open_built(core_with(ElfBuilder{}, recorded));
    CHECK(module_of(same).path == recorded);
    CHECK(module_of(same).match == ModuleMatch::BuildId);
    CHECK(same.at(kText) == 'X');
    CHECK(module_of(open_built(core_with({.build_id = "\x99"}, recorded))).match == ModuleMatch::Mismatch);
    // Nothing of it is in the core but how it was mapped: not enough.
    CoreBuilder core;
    core.add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a'));
    core.load(ElfBuilder{}, kLibrary, recorded, {false, true, true});
    CHECK(module_of(open_built(core)).match == ModuleMatch::Mismatch);
}

TEST_CASE("a thread whose code is neither in the core nor in a file that it names is told", "[process]") {
    CoreBuilder core;
    core.add_thread({.tid = 1, .pc = 0x20010});
    core.add_memory(0x10000, std::string(0x1000, 'a')).add_memory(0x20000, {}, 5, 0x1000);
    const auto opened = open_built(core);
    CHECK(opened.tells("1 threads stand in code of which the core has neither"));
    CHECK(opened.diagnostics.has_losses());
}

TEST_CASE("a missing file is a loss where a thread stands in it, else a note", "[process]") {
    const auto inside = open_built(core_with(ElfBuilder{}, "/nowhere/libtest.so", kText));
    CHECK(inside.diagnostics.has_losses());
    const auto outside = open_built(core_with(ElfBuilder{}, "/nowhere/libtest.so"));
    CHECK_FALSE(outside.diagnostics.has_losses());
    CHECK(outside.tells("files that the process had loaded are not here: /nowhere/libtest.so (build-id 01234567)"));
}

TEST_CASE("hundreds of missing files are one sentence", "[process]") {
    CoreBuilder core;
    core.add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a'));
    for (std::uint64_t i = 0; i < 200; ++i) {
        core.load(ElfBuilder{}, kLibrary + i * 0x10000, "/nowhere/lib" + std::to_string(i) + ".so");
    }
    const auto opened = open_built(core);
    CHECK(opened->modules.size() == 200);
    CHECK(opened.diagnostics.entries().size() == 1);
    CHECK(opened.tells("/nowhere/lib2.so (build-id 01234567) and 197 more; "));
}
