// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/debug_file_finder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "elf/symbol_table.h"
#include "support/catch.h"

using namespace pycore;
namespace fs = std::filesystem;

namespace {

// split_sha1 and split_none (without a build-id), each as .stripped and .debug.
const fs::path kSplit = PYCORE_SPLIT_DIRECTORY;

struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string name = (fs::temp_directory_path() / "pycore-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~TemporaryDirectory() { fs::remove_all(path); }
    fs::path path;
};

void copy_to(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::copy_file(from, to);
}

std::shared_ptr<const ElfFile> open(const fs::path& path) {
    auto file = ElfFile::open(path.string());
    REQUIRE(file);
    return *file;
}

fs::path build_id_path(const ElfFile& file) {
    REQUIRE(file.build_id());
    return fs::path(".build-id") / file.build_id()->substr(0, 2) / (file.build_id()->substr(2) + ".debug");
}

void flip_last_byte(const fs::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-1, std::ios::end);
    const char flipped = static_cast<char>(file.get() ^ 1);
    file.seekp(-1, std::ios::end);
    file.put(flipped);
}

}  // namespace

TEST_CASE("a debug file is found by build-id below a debug directory and names local functions", "[elf]") {
    const TemporaryDirectory directory;
    copy_to(kSplit / "split_sha1.stripped", directory.path / "bin/program");
    const auto stripped = open(directory.path / "bin/program");
    REQUIRE_FALSE(has_debug_info(*stripped));
    REQUIRE_FALSE(find_symbol(*stripped, "local_function"));
    REQUIRE(DebugFileFinder({}).find(*stripped) == nullptr);

    copy_to(kSplit / "split_sha1.debug", directory.path / "debug" / build_id_path(*stripped));
    const auto found = DebugFileFinder({{(directory.path / "debug").string()}, {}, false}).find(*stripped);

    REQUIRE(found);
    CHECK(has_debug_info(*found));
    const auto function = find_symbol(*found, "local_function");
    REQUIRE(function);
    const auto named = SymbolTable(stripped, found).find_function(function->link_address);
    REQUIRE(named);
    CHECK(named->name == "local_function");
}

TEST_CASE("a debug file is found by build-id below the sysroot's own debug directory", "[elf]") {
    const TemporaryDirectory root;
    copy_to(kSplit / "split_sha1.stripped", root.path / "usr/bin/program");
    const auto stripped = open(root.path / "usr/bin/program");
    copy_to(kSplit / "split_sha1.debug", root.path / "usr/lib/debug" / build_id_path(*stripped));
    CHECK(DebugFileFinder({{}, root.path.string(), false}).find(*stripped));
}

TEST_CASE("a debug file is found by .gnu_debuglink beside the file, in .debug and below a debug directory", "[elf]") {
    for (const char* place : {"bin", "bin/.debug", "debug/bin"}) {
        const TemporaryDirectory directory;
        copy_to(kSplit / "split_sha1.stripped", directory.path / "bin/program");
        copy_to(kSplit / "split_sha1.debug", directory.path / place / "split_sha1.debug");
        const auto stripped = open(directory.path / "bin/program");
        const DebugFileFinder finder({{(directory.path / "debug").string()}, directory.path.string(), false});
        INFO(place);
        CHECK(finder.find(*stripped));
    }
}

TEST_CASE("a debug file of another build is not used, whatever its name", "[elf]") {
    const TemporaryDirectory directory;
    copy_to(kSplit / "split_sha1.stripped", directory.path / "program");
    const auto stripped = open(directory.path / "program");
    copy_to("/proc/self/exe", directory.path / build_id_path(*stripped));
    copy_to(kSplit / "split_none.debug", directory.path / "split_sha1.debug");
    CHECK(DebugFileFinder({{directory.path.string()}, {}, false}).find(*stripped) == nullptr);
}

TEST_CASE("without a build-id the checksum decides", "[elf]") {
    const TemporaryDirectory directory;
    copy_to(kSplit / "split_none.stripped", directory.path / "program");
    copy_to(kSplit / "split_none.debug", directory.path / "split_none.debug");
    const auto stripped = open(directory.path / "program");
    REQUIRE_FALSE(stripped->build_id());
    CHECK(DebugFileFinder({}).find(*stripped));

    flip_last_byte(directory.path / "split_none.debug");
    CHECK(DebugFileFinder({}).find(*stripped) == nullptr);
}

TEST_CASE("debuginfod is asked only when it is wanted", "[elf]") {
    const TemporaryDirectory directory;
    const auto stripped = open(kSplit / "split_sha1.stripped");
    copy_to(kSplit / "split_sha1.stripped", directory.path / "program");
    copy_to(kSplit / "split_sha1.debug", directory.path / "served/buildid" / *stripped->build_id() / "debuginfo");
    ::setenv("DEBUGINFOD_URLS", ("file://" + (directory.path / "served").string()).c_str(), 1);
    ::setenv("DEBUGINFOD_CACHE_PATH", (directory.path / "cache").c_str(), 1);
    const auto program = open(directory.path / "program");
    CHECK(DebugFileFinder({{}, {}, false}).find(*program) == nullptr);
    CHECK_FALSE(fs::exists(directory.path / "cache"));
    if (DebugFileFinder({{}, {}, true}).find(*program) == nullptr) WARN("debuginfod client not usable here");
    ::unsetenv("DEBUGINFOD_URLS");
}

TEST_CASE("a link inside the sysroot does not lead out of it", "[elf]") {
    const TemporaryDirectory root;
    const TemporaryDirectory outside;
    copy_to(kSplit / "split_sha1.stripped", root.path / "usr/bin/program");
    copy_to(kSplit / "split_sha1.debug", outside.path / "program.debug");
    const auto stripped = open(root.path / "usr/bin/program");
    const fs::path link = root.path / "usr/lib/debug" / build_id_path(*stripped);
    fs::create_directories(link.parent_path());
    fs::create_symlink(outside.path / "program.debug", link);
    const DebugFileFinder finder({{}, root.path.string(), false});
    CHECK(finder.find(*stripped) == nullptr);

    copy_to(kSplit / "split_sha1.debug", fs::path(root.path.string() + outside.path.string()) / "program.debug");
    CHECK(finder.find(*stripped));
}
