// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/open_process.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <cstring>
#include <filesystem>

#include "support/catch.h"
#include "support/core_builder.h"
#include "support/temporary_directory.h"

using namespace pycore;
using namespace pycore::test;

namespace {

std::string refusal(const std::string& path) {
    Diagnostics diagnostics;
    const auto process = open_process(path, {}, diagnostics);
    return process ? "read" : process.error().message;
}

std::vector<std::byte> small_core() {
    return CoreBuilder().add_thread({.tid = 7}).add_memory(0x10000, std::string(0x2000, 'a')).build();
}

std::string gzip(std::span<const std::byte> bytes) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

}  // namespace

TEST_CASE("what cannot be a core is refused with its kind and a way out", "[process]") {
    const TemporaryDirectory folder;
    const std::string fifo = folder.path() + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);

    CHECK(refusal(folder.path() + "/none") == "no such file");
    CHECK(refusal(folder.path()) == "not a regular file but a directory");
    CHECK(refusal(fifo) == "not a regular file but a FIFO");
    CHECK(refusal("/dev/null") == "not a regular file but a device");
    CHECK(refusal(folder.write("empty", "")).starts_with("the file is empty; "));
    CHECK(refusal(folder.write("text", "Traceback\n")).starts_with("a text file, not an ELF core"));
    CHECK(refusal(folder.write("script", "#!/bin/sh\n")).starts_with("a script"));
    CHECK(refusal(folder.write("bits", std::string("\x01\x02\0\x03", 4))).starts_with("a file of an unknown format"));
    CHECK(refusal(folder.write("packed.bz2", "BZh91AY")).starts_with("a file packed by bzip2"));
    CHECK(refusal("/proc/self/exe").find("not a core file; `gcore PID`") != std::string::npos);
    CHECK(refusal(folder.write("core", small_core())) == "read");
}

TEST_CASE("a file that may not be read says so", "[process]") {
    if (::geteuid() == 0) return;  // root may
    const TemporaryDirectory folder;
    const std::string path = folder.write("core", small_core());
    std::filesystem::permissions(path, std::filesystem::perms::none);
    CHECK(refusal(path) == "Permission denied");
}

TEST_CASE("a number is a process id only if no file has that name", "[process]") {
    const TemporaryDirectory folder;
    folder.write("4242", small_core());
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    CHECK(refusal("4242") == "read");
    CHECK(refusal("4243") == "no such file");
    CHECK(refusal("0") == "no such file");
    CHECK(refusal("99999999999999999999999") == "no such file");
    CHECK(refusal("4243 ") == "no such file");
    std::filesystem::current_path(before);
}

TEST_CASE("a packed core reads as the plain one, under its own name", "[process]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("core.gz", gzip(small_core()));
    Diagnostics diagnostics;
    const auto process = open_process(path, {}, diagnostics);

    REQUIRE(process);
    CHECK(process->source_path == path);
    CHECK(process->threads.size() == 1);
    CHECK(*read_value<char>(*process->memory, {0x11fff}) == 'a');
    CHECK_FALSE(
        refusal(folder.write("text.gz", gzip(std::as_bytes(std::span("hello"))))).starts_with("cannot be unpacked"));
}

TEST_CASE("a packed core that is cut tells what could be unpacked", "[process]") {
    const TemporaryDirectory folder;
    std::vector<std::byte> noise(0x20000);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::byte>(i * i >> 7);
    const auto core = CoreBuilder().add_thread({.tid = 7}).add_memory(0x10000, noise).build();
    const std::string packed = gzip(core);
    Diagnostics diagnostics;
    const auto process = open_process(folder.write("core.gz", packed.substr(0, packed.size() / 2)), {}, diagnostics);

    REQUIRE(process);
    CHECK(process->threads.size() == 1);
    CHECK(read_value<char>(*process->memory, {0x10000 + 0x1ffff}).error().code == ErrorCode::Absent);
    REQUIRE(diagnostics.entries().size() >= 2);
    CHECK(diagnostics.entries()[0].message.find("of the packed core could be unpacked: the compressed file ends in "
                                                "the middle") != std::string::npos);
    CHECK(refusal(folder.write("front.gz", packed.substr(0, 5))).starts_with("cannot be unpacked: "));
}

TEST_CASE("a core that is larger than any memory costs no more than a small one", "[process]") {
    const TemporaryDirectory folder;
    constexpr std::uint64_t kHuge = 1ULL << 40;  // 1 TiB, a hole
    auto core = CoreBuilder().add_thread({.tid = 7}).add_memory(0x10000, std::string(0x1000, 'a')).build();
    std::memcpy(core.data() + 64 + 56 + 32, &kHuge, sizeof(kHuge));  // p_filesz
    std::memcpy(core.data() + 64 + 56 + 40, &kHuge, sizeof(kHuge));  // p_memsz
    const std::string path = folder.write("core", core);
    std::error_code failed;
    std::filesystem::resize_file(path, core.size() + kHuge, failed);
    if (failed) return;  // a file system without large files

    Diagnostics diagnostics;
    const auto begin = std::chrono::steady_clock::now();
    const auto process = open_process(path, {}, diagnostics);
    const auto took = std::chrono::steady_clock::now() - begin;
    if (!process && process.error().code == ErrorCode::Io) return;  // no address space: a sanitizer's
    REQUIRE(process);
    CHECK(process->present_bytes == kHuge);
    CHECK(*read_value<char>(*process->memory, {0x10000 + kHuge - 1}) == 0);
    CHECK(took < std::chrono::seconds(1));
}
