// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/source_lines.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.h"

using namespace pycore;
namespace fs = std::filesystem;

namespace {

// A folder that goes away with the test.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "pycore-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }

    std::string write(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
        return path_ / name;
    }
    std::string path(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

}  // namespace

TEST_CASE("a line is found by its number, with any line end", "[report]") {
    const Folder folder;
    const std::string file = folder.write("x.py", "first\nsecond\r\n\nlast");
    SourceLines lines({});
    CHECK(lines.find(file, 1) == "first");
    CHECK(lines.find(file, 2) == "second");
    CHECK(lines.find(file, 3) == "");
    CHECK(lines.find(file, 4) == "last");
    CHECK_FALSE(lines.find(file, 5));
    CHECK_FALSE(lines.find(file, 0));
    CHECK_FALSE(lines.find(file, -3));
}

TEST_CASE("an empty file and a missing one have no lines", "[report]") {
    const Folder folder;
    SourceLines lines({});
    CHECK_FALSE(lines.find(folder.write("empty.py", ""), 1));
    CHECK_FALSE(lines.find(folder.path("missing.py"), 1));
}

TEST_CASE("a file is opened once, however many frames ask for it", "[report]") {
    const Folder folder;
    const std::string file = folder.write("x.py", "first\nsecond\n");
    SourceLines lines({});
    REQUIRE(lines.find(file, 1) == "first");
    fs::remove(file);
    CHECK(lines.find(file, 2) == "second");
}

TEST_CASE("a dump cannot make a report print a file that is no Python", "[report]") {
    const Folder folder;
    SourceLines lines({});
    CHECK_FALSE(lines.find(folder.write("secret", "password\n"), 1));
    CHECK_FALSE(lines.find(folder.write("tool", "#!/bin/sh\necho\n"), 2));
    CHECK(lines.find(folder.write("script", "#!/usr/bin/env python3\nrun()\n"), 2) == "run()");
}

TEST_CASE("a pipe with the name of a source file does not block", "[report]") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.path("pipe.py").c_str(), 0600) == 0);
    SourceLines lines({});
    CHECK_FALSE(lines.find(folder.path("pipe.py"), 1));
}

TEST_CASE("the sysroot is searched before the path itself", "[report]") {
    const Folder folder;
    const Folder root;
    const std::string file = folder.write("x.py", "here\n");
    root.write(file.substr(1), "there\n");
    CHECK(SourceLines({root.path(""), {}}).find(file, 1) == "there");
    CHECK(SourceLines({root.path("nowhere"), {}}).find(file, 1) == "here");
}

TEST_CASE("a file that was changed after the dump is named if a line of it was used", "[report]") {
    const Folder folder;
    const std::string file = folder.write("x.py", "first\n");
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);

    SourceLines older({"", status.st_mtime - 100});
    CHECK(older.changed_files().empty());
    CHECK_FALSE(older.find(file, 7));
    CHECK(older.changed_files().empty());
    CHECK(older.find(file, 1));
    CHECK(older.changed_files() == std::vector<std::string>{file});

    SourceLines newer({"", status.st_mtime + 100});
    CHECK(newer.find(file, 1));
    CHECK(newer.changed_files().empty());
}
