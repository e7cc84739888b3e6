// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/dwarf_layout.h"

#include "support/catch.h"

using namespace pycore;
using namespace pycore::layout;

namespace {

Result<RuntimeLayout> read_layout(const char* path) {
    auto file = ElfFile::open(path);
    if (!file) return file.error();
    return read_dwarf_layout(*file);
}

}  // namespace

TEST_CASE("a layout is read out of DWARF by the names of structures and members", "[layout]") {
    const auto layout = read_layout(PYCORE_LAYOUT_FIXTURE);
    REQUIRE(layout);
    CHECK(layout->thread_state.size == 40U);
    CHECK(layout->thread_state.interp == 16U);
    CHECK(layout->thread_state.status == 28U);
    CHECK(layout->runtime_state.interpreters_head == 16U);
    CHECK(layout->runtime_state.gil == 32U);     // through an embedded structure
    CHECK(layout->bytes_object.ob_size == 16U);  // through a typedef without a tag
    CHECK(layout->bytes_object.ob_sval == 32U);
    CHECK(layout->gil.last_holder == std::nullopt);  // a structure without a name
    CHECK_FALSE(layout->thread_state.cframe);
}

TEST_CASE("a file without DWARF of CPython says so", "[layout]") {
    const auto layout = read_layout("/proc/self/exe");
    REQUIRE_FALSE(layout);
    CHECK(layout.error().code == ErrorCode::NotFound);
}
