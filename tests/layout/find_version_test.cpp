// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/find_version.h"

#include "memory/buffer_memory.h"
#include "support/catch.h"

using namespace pycore;
using namespace pycore::layout;

namespace {

std::string name_version(std::string_view path) {
    const auto version = version_in_file_name(path);
    return version ? to_string(*version) : "none";
}

std::optional<PythonVersion> find_in(std::string_view data) {
    auto memory = std::make_shared<BufferMemory>();
    memory->write({0x20000}, std::as_bytes(std::span(data)));
    ProcessSnapshot process;
    process.memory = memory;
    return find_version(process, nullptr, {0x1f000});
}

}  // namespace

TEST_CASE("file names tell the minor version", "[layout]") {
    CHECK(name_version("/usr/lib/libpython3.8.so.1.0") == "3.8");
    CHECK(name_version("/usr/bin/python3.13d") == "3.13");
    CHECK(name_version("/opt/python3.9/bin/python2.7") == "2.7");
    CHECK(name_version("/opt/python3.9/bin/app") == "none");
    CHECK(name_version("/usr/bin/python3") == "none");
    CHECK(name_version("/usr/bin/python") == "none");
    CHECK(name_version("/usr/lib/libpython3.") == "none");
}

TEST_CASE("file names tell a debug build", "[layout]") {
    CHECK(names_debug_build("/usr/bin/python3.13d"));
    CHECK(names_debug_build("/usr/lib/libpython3.14td.so.1.0"));
    CHECK_FALSE(names_debug_build("/usr/bin/python3.13"));
    CHECK_FALSE(names_debug_build("/home/d/app"));
}

TEST_CASE("the buffer of Py_GetVersion tells the full version", "[layout]") {
    using namespace std::string_view_literals;
    CHECK(find_in("\0\0003.8.18 (default, May  1 2024) \n[GCC 12.2.0]\0"sv) == PythonVersion{3, 8, 18});
    CHECK(find_in("2.7.18 (default, May  1 2024) \n[GCC 12.2.0]\0"sv) == PythonVersion{2, 7, 18});
    // Other texts that begin with a version.
    CHECK_FALSE(find_in("\0003.8.18\0"sv));
    CHECK_FALSE(find_in("\0003.8.18 (default)\0"sv));
    CHECK_FALSE(find_in("x3.8.18 (default, May  1 2024) \n[GCC 12.2.0]\0"sv));
}
