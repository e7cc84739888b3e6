// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/line_table_check.h"

#include <dwarf.h>

#include <vector>

#include "support/catch.h"

using namespace pycore;

namespace {

// The header of a DWARF 5 line table with one directory and one file by offsets, address size first.
std::vector<std::byte> header(int address_size, int form) {
    const std::vector<int> bytes = {
        0x40,
        0,
        0,
        0,
        5,
        0,
        address_size,
        0,
        0x30,
        0,
        0,
        0,
        1,
        1,
        1,
        0xfb,
        14,
        1,  // opcode_base 1: no lengths
        1,
        DW_LNCT_path,
        form,
        1,
        0,
        0,
        0,
        0,  // directories
        1,
        DW_LNCT_path,
        form,
        1,
        0,
        0,
        0,
        0,  // files
    };
    std::vector<std::byte> result;
    for (const int byte : bytes) result.push_back(static_cast<std::byte>(byte));
    return result;
}

}  // namespace

TEST_CASE("a sound line table header is let through", "[native]") {
    CHECK(has_sound_header(header(8, DW_FORM_line_strp), 0));
}

TEST_CASE("a line table header with an address size or a form that cannot be is held back", "[native]") {
    CHECK_FALSE(has_sound_header(header(5, DW_FORM_line_strp), 0));
    CHECK_FALSE(has_sound_header(header(8, 0x7f), 0));
    CHECK_FALSE(has_sound_header(header(8, DW_FORM_indirect), 0));
}

TEST_CASE("a line table header that is cut is held back, wherever", "[native]") {
    const auto whole = header(8, DW_FORM_line_strp);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        CHECK_FALSE(has_sound_header(std::span(whole).first(size), 0));
    }
    CHECK_FALSE(has_sound_header(whole, whole.size()));
    CHECK_FALSE(has_sound_header(whole, UINT64_MAX));
}
