// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/mapped_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/mapped_file_guard.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace pycore;
using pycore::test::TemporaryDirectory;

namespace {

std::string text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::string refusal(const std::string& path) {
    const auto file = MappedFile::open(path);
    return file ? "opened" : file.error().message;
}

// What a child says on stderr that installs the guard, and its exit status, while a file shrinks.
std::pair<std::string, int> read_shrinking_file(const std::string& path) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        install_mapped_file_guard();
        const auto file = MappedFile::open(path);
        if (!file || ::truncate(path.c_str(), 0) != 0) ::_exit(99);
        volatile std::byte first = (*file)->bytes()[0];
        ::_exit(first == std::byte{0} ? 98 : 97);
    }
    ::close(ends[1]);
    std::string said;
    std::array<char, 256> part{};
    for (ssize_t n = 0; (n = ::read(ends[0], part.data(), part.size())) > 0;) said.append(part.data(), n);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return {said, status};
}

}  // namespace

TEST_CASE("a regular file is mapped whole, an empty one too", "[base]") {
    const TemporaryDirectory folder;
    CHECK(text_of(**MappedFile::open(folder.write("a", "hello"))) == "hello");
    CHECK((*MappedFile::open(folder.write("b", "")))->bytes().empty());
}

TEST_CASE("what is no regular file is refused by its kind, without waiting for it", "[base]") {
    const TemporaryDirectory folder;
    const std::string fifo = folder.path() + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);

    CHECK(refusal(fifo) == "not a regular file but a FIFO");
    CHECK(refusal(folder.path()) == "not a regular file but a directory");
    CHECK(refusal("/dev/zero") == "not a regular file but a device");
    CHECK(refusal("/proc/self/mem") == "not a regular file but one of the kernel's");
    CHECK(refusal("/sys/kernel/notes") == "not a regular file but one of the kernel's");
    CHECK(refusal("/proc/self/exe") == "opened");  // a link to a file
    CHECK(refusal(folder.path() + "/none") == "no such file");
    CHECK(refusal(folder.write("file", "") + "/below") == "no such file");
    CHECK(refusal("") == "no such file");
}

TEST_CASE("a symbolic link inside a root never leads out of it", "[base]") {
    const TemporaryDirectory root;
    root.write("usr/lib/libx.so", "inside");
    std::filesystem::create_symlink("/usr/lib", root.path() + "/lib");
    std::filesystem::create_symlink("../../../../../../usr/lib", root.path() + "/up");

    for (const char* path : {"/lib/libx.so", "/up/libx.so", "/usr/lib/../lib/libx.so"}) {
        const auto file = MappedFile::open_in_root(root.path(), path);
        REQUIRE(file);
        CHECK(text_of(**file) == "inside");
        CHECK((*file)->path() == root.path() + path);
    }
    CHECK_FALSE(MappedFile::open_in_root(root.path(), "/lib/libc.so.6"));
    CHECK_FALSE(MappedFile::open_in_root(root.path() + "/nowhere", "/lib/libx.so"));
}

TEST_CASE("a private copy takes writes and leaves the file alone", "[base]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("a", "hello");
    const auto copy = MappedFile::open(path, MappedFile::Use::PrivateCopy);
    REQUIRE(copy);
    const_cast<std::byte&>((*copy)->bytes()[0]) = std::byte{'J'};

    CHECK(text_of(**copy) == "Jello");
    CHECK(text_of(**MappedFile::open(path)) == "hello");
}

TEST_CASE("a file that shrinks while it is read ends the program with a sentence", "[base]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("core\n\xc2\x9b.1", "hello");

    const auto [said, status] = read_shrinking_file(path);

    CHECK(said == "pycore: " + folder.path() +
                      "/core???.1: cannot be read any more; was it cut or replaced meanwhile, or did its disk fail?\n");
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 1);
}
