// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/text_repr.h"

#include <limits>
#include <vector>

#include "support/catch.h"

using namespace pycore;

namespace {

std::string text(std::u32string_view characters) {
    std::string out;
    append_text_repr(out, characters);
    return out;
}

}  // namespace

TEST_CASE("text is quoted as Python quotes it", "[python]") {
    CHECK(text(U"plain") == "'plain'");
    CHECK(text(U"it's") == "\"it's\"");
    CHECK(text(U"it's \"so\"") == "'it\\'s \"so\"'");
    CHECK(text(U"\t\n\r\\") == "'\\t\\n\\r\\\\'");
    CHECK(text(std::u32string_view(U"\0\x1b\x7f", 3)) == "'\\x00\\x1b\\x7f'");
    CHECK(text(U"Grüße 日本") == "'Grüße 日本'");
}

TEST_CASE("characters that turn the writing or show nothing are escaped", "[python]") {
    CHECK(text(U"\x202e\x2028\x200b") == "'\\u202e\\u2028\\u200b'");
    const char32_t surrogate[] = {0xdc80};
    CHECK(text(std::u32string_view(surrogate, 1)) == "'\\udc80'");
    CHECK(text(U"\xe0041") == "'\\U000e0041'");
}

TEST_CASE("floats are the shortest decimals that read back", "[python]") {
    CHECK(float_repr(0.1) == "0.1");
    CHECK(float_repr(0.1 + 0.2) == "0.30000000000000004");
    CHECK(float_repr(1) == "1.0");
    CHECK(float_repr(-0.0) == "-0.0");
    CHECK(float_repr(1e16) == "1e+16");
    CHECK(float_repr(123456789012345680.0) == "1.2345678901234568e+17");
    CHECK(float_repr(0.0001) == "0.0001");
    CHECK(float_repr(0.00001) == "1e-05");
    CHECK(float_repr(5e-324) == "5e-324");
    CHECK(float_repr(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(float_repr(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("complex numbers have brackets where they have two parts", "[python]") {
    CHECK(complex_repr(0, 2) == "2j");
    CHECK(complex_repr(1.5, -2) == "(1.5-2j)");
    CHECK(complex_repr(-0.0, 1) == "(-0+1j)");
}

TEST_CASE("integers of any size are exact", "[python]") {
    const auto integer = [](std::vector<std::uint32_t> digits, bool negative = false) {
        return integer_repr(digits, negative);
    };
    CHECK(integer({0}) == "0");
    CHECK(integer({7}, true) == "-7");
    CHECK(integer({0x3fffffff, 1}) == "2147483647");
    CHECK(integer({0, 0, 0, 1 << 10}) == "1267650600228229401496703205376");  // 2**100
    CHECK(integer({1000000000 & 0x3fffffff}) == "1000000000");
}
