// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/collect_targets.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/pack.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string elf_core() {
    std::string header(64, '\0');
    header.replace(0, 4,
                   "\x7f"
                   "ELF");
    header[16] = 4;
    return header;
}

std::vector<std::string> paths(const std::vector<Target>& targets, const std::string& folder) {
    std::vector<std::string> names;
    for (const Target& target : targets) names.push_back(target.path.substr(folder.size() + 1));
    return names;
}

}  // namespace

TEST_CASE("files of a folder are known by their content, not by their names", "[batch]") {
    TemporaryDirectory folder;
    std::filesystem::create_directories(folder.path() + "/deep/er");
    write(folder.path() + "/readme.core", "a text");
    write(folder.path() + "/x.txt", elf_core());
    write(folder.path() + "/deep/er/packed", pack_zstd(elf_core()));
    write(folder.path() + "/deep/a.json", R"({"schema": "pycore/stacks/1", "threads": []})");
    write(folder.path() + "/b.json", R"({"schema": "pycore/gil/1"})");
    write(folder.path() + "/c", R"({"schema": "pycore/merge-part/1"})");
    const CollectedTargets found = collect_targets({folder.path()});
    CHECK(paths(found.targets, folder.path()) ==
          std::vector<std::string>{"c", "deep/a.json", "deep/er/packed", "x.txt"});
    CHECK(found.targets[0].kind == TargetKind::Part);
    CHECK(found.targets[1].kind == TargetKind::Stacks);
    CHECK(found.targets[2].kind == TargetKind::Process);
    CHECK(found.passed_over == 2);
    CHECK(found.unread.empty());
}

TEST_CASE("what is named by itself is never passed over", "[batch]") {
    TemporaryDirectory folder;
    write(folder.path() + "/notes", "a text");
    ::mkfifo((folder.path() + "/fifo").c_str(), 0600);
    const CollectedTargets found =
        collect_targets({folder.path() + "/gone", folder.path() + "/notes", folder.path() + "/fifo"});
    CHECK(paths(found.targets, folder.path()) == std::vector<std::string>{"notes"});
    REQUIRE(found.unread.size() == 2);
    CHECK(found.unread[0].path == folder.path() + "/fifo");
    CHECK(found.unread[1].path == folder.path() + "/gone");
}

TEST_CASE("a pattern that the shell left alone is resolved, and a target is taken once", "[batch]") {
    TemporaryDirectory folder;
    for (const char* name : {"/core.1", "/core.2", "/other"}) write(folder.path() + name, elf_core());
    const CollectedTargets found = collect_targets({folder.path() + "/core.*", folder.path() + "/core.1"});
    CHECK(paths(found.targets, folder.path()) == std::vector<std::string>{"core.1", "core.2"});
}

TEST_CASE("an index tells of processes that could not be frozen, and of files that are gone", "[batch]") {
    TemporaryDirectory folder;
    write(folder.path() + "/rank0.core", elf_core());
    write(folder.path() + "/index.json",
          R"({"schema": "pycore/freeze/1", "results": [
              {"pid": 10, "rank": 0, "file": "rank0.core", "error": null, "host": "n1"},
              {"pid": 11, "rank": 1, "file": null, "error": "it belongs to user 7", "host": "n1"},
              {"pid": 12, "rank": 2, "file": "../../etc/rank2.core", "error": null}]})");
    const CollectedTargets found = collect_targets({folder.path()});
    REQUIRE(found.targets.size() == 1);
    CHECK(found.targets[0].rank == 0);
    CHECK(found.targets[0].host == "n1");
    REQUIRE(found.unread.size() == 2);
    CHECK(found.unread[0].reason == "could not be frozen: it belongs to user 7");
    CHECK(found.unread[0].rank == 1);
    CHECK(found.unread[1].path == folder.path() + "/rank2.core");
    CHECK(found.unread[1].reason == "is in the index, but not there");
}

TEST_CASE("a link that leads back to its folder is not followed", "[batch]") {
    TemporaryDirectory folder;
    write(folder.path() + "/core", elf_core());
    std::filesystem::create_directory_symlink(folder.path(), folder.path() + "/again");
    CHECK(collect_targets({folder.path()}).targets.size() == 1);
}
