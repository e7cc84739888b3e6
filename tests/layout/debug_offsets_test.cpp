// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/debug_offsets.h"

#include <cstring>

#include "support/catch.h"
#include "support/runtime_builder.h"

using namespace pycore;
using namespace pycore::layout;

namespace {

std::vector<std::byte> table_of(int minor, std::size_t size) {
    test::RuntimeBuilder python(PythonVersion{3, minor, -1});
    std::vector<std::byte> bytes(size);
    python.get_bytes(python.runtime(), bytes);
    return bytes;
}

void put(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value) {
    std::memcpy(bytes.data() + at, &value, sizeof(value));
}

}  // namespace

TEST_CASE("every released _Py_DebugOffsets is read to its last field", "[layout]") {
    for (int minor = 13; minor <= 15; ++minor) {
        CAPTURE(minor);
        const auto table = parse_debug_offsets(table_of(minor, debug_offsets_size(minor)));
        REQUIRE(table);
        const auto expected = find_layout_table({3, minor, -1})->layout;
        CHECK(table->version.minor == minor);
        CHECK(table->layout.thread_state.current_frame == expected.thread_state.current_frame);
        CHECK(table->layout.gc.collecting == expected.gc.collecting);
        CHECK(table->layout.unicode_object.length == expected.unicode_object.length);
        if (minor >= 14) CHECK(table->layout.llist_node.prev == 8U);
    }
}

TEST_CASE("a cut _Py_DebugOffsets is refused", "[layout]") {
    CHECK_FALSE(parse_debug_offsets(table_of(14, debug_offsets_size(14) - 1)));
    CHECK_FALSE(parse_debug_offsets(table_of(14, 20)));
    CHECK_FALSE(parse_debug_offsets({}));
}

TEST_CASE("bytes that only look like _Py_DebugOffsets are refused", "[layout]") {
    auto bytes = table_of(13, 584);
    SECTION("without the cookie") { bytes[0] = std::byte{'y'}; }
    SECTION("with an impossible version") { put(bytes, 8, 0xffffffffffff); }
    SECTION("with a version that had no table") { put(bytes, 8, 0x030c01f0); }
    SECTION("with an impossible flag") { put(bytes, 16, 2); }
    CHECK_FALSE(parse_debug_offsets(bytes));
}

TEST_CASE("fields that only free-threaded builds have are unknown in others", "[layout]") {
    const auto table = parse_debug_offsets(table_of(14, 760));
    REQUIRE(table);
    CHECK_FALSE(table->layout.code_object.co_tlbc);
    CHECK_FALSE(table->layout.interpreter_frame.tlbc_index);
}
