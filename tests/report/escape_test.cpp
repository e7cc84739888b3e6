// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/escape.h"

#include <nlohmann/json.hpp>

#include "report/utf8.h"
#include "support/catch.h"

using namespace pycore;
using namespace std::string_view_literals;

namespace {

std::string through_json(std::string_view text) {
    std::string document;
    append_json_string(document, text);
    return nlohmann::json::parse(document).get<std::string>();
}

}  // namespace

TEST_CASE("a function name cannot send sequences to the terminal", "[report]") {
    CHECK(escape("\x1b]0;owned\x07") == "\\x1b]0;owned\\x07");
    CHECK(escape("two\nlines\t\x7f") == "two\\x0alines\\x09\\x7f");
    CHECK(escape("\xc2\x9b"
                 "31m") == "\\x9b31m");
}

TEST_CASE("a function name cannot turn the direction of writing", "[report]") {
    CHECK(escape("is_\u202eadmin") == "is_\\u202eadmin");
    CHECK(escape("a\u2066b\u200f") == "a\\u2066b\\u200f");
    CHECK(escape("line\u2028break") == "line\\u2028break");
}

TEST_CASE("names in any script are printed as they are", "[report]") {
    CHECK(escape("größe") == "größe");
    CHECK(escape("関数") == "関数");
    CHECK(escape("👩‍🚀") == "👩‍🚀");
}

TEST_CASE("lone surrogates and stray bytes are told, not lost", "[report]") {
    CHECK(escape("file\xed\xb2\x80.py") == "file\\udc80.py");
    CHECK(escape("cut\xe9\x96") == "cut\\xe9\\x96");
    CHECK(escape("overlong\xc0\xaf") == "overlong\\xc0\\xaf");
    CHECK(escape("\xf5") == "\\xf5");
}

TEST_CASE("a parser gives back every character of a JSON string", "[report]") {
    for (const auto text : {"plain"sv, "quote \" slash \\ "sv, "a\0b"sv, "\x1b[0m\n\x7f"sv,
                            "größe 関数 👩‍🚀"sv, "\u202eturned"sv, "\U000e0041 tag"sv}) {
        CHECK(through_json(text) == text);
    }
}

TEST_CASE("what is no character does not break JSON", "[report]") {
    CHECK(through_json("file\xed\xb2\x80.py") == "file\\udc80.py");
    CHECK(through_json("\xff\xfe") == "\\xff\\xfe");
}

TEST_CASE("raw JSON holds no dangerous character", "[report]") {
    std::string document;
    append_json_string(document, "\u202e\x7f\xc2\x9b\U000e0041");
    CHECK(document == "\"\\u202e\\u007f\\u009b\\udb40\\udc41\"");
}

TEST_CASE("columns count wide characters twice and combining ones not at all", "[report]") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("größe") == 5);
    CHECK(display_width("関数") == 4);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("한글🚀") == 6);
}
