// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/source_excerpt.h"

#include "support/catch.h"

using namespace pycore;

namespace {

PythonFrame frame_at(std::int64_t column, std::int64_t end_column, std::int64_t lines = 1) {
    PythonFrame frame;
    frame.line = 10;
    frame.end_line = 9 + lines;
    frame.column = column;
    frame.end_column = end_column;
    return frame;
}

}  // namespace

TEST_CASE("the part of the line that ran is marked under it", "[report]") {
    const auto found = excerpt("    loss = model.forward(x)", frame_at(11, 27));
    REQUIRE(found);
    CHECK(found->line == "loss = model.forward(x)");
    CHECK(found->carets == "       ^^^^^^^^^^^^^^^^");
}

TEST_CASE("a line that ran as a whole is not marked", "[report]") {
    const auto found = excerpt("    time.sleep(3)  ", frame_at(4, 17));
    REQUIRE(found);
    CHECK(found->line == "time.sleep(3)");
    CHECK(found->carets.empty());
}

TEST_CASE("columns are bytes: marks stand under the right characters of a non-ASCII line", "[report]") {
    const auto found = excerpt("größe = f(\"関数\")", frame_at(10, 21));
    REQUIRE(found);
    CHECK(found->carets == std::string(8, ' ') + std::string(9, '^'));
}

TEST_CASE("a call over several lines is marked to the end of its first line", "[report]") {
    const auto found = excerpt("x = call(a,", frame_at(4, 6, 2));
    REQUIRE(found);
    CHECK(found->carets == "    ^^^^^^^");
    CHECK(excerpt("call(a,", frame_at(0, 2, 3))->carets.empty());
}

TEST_CASE("columns that do not fit the line mark nothing", "[report]") {
    CHECK(excerpt("x = 1", frame_at(4, 90))->carets.empty());
    CHECK(excerpt("x = 1", frame_at(3, 2))->carets.empty());
    CHECK(excerpt("x = 1", frame_at(-4, 2))->carets.empty());
    CHECK(excerpt("    x = 1", frame_at(0, 9))->carets.empty());
    PythonFrame without;
    without.line = 10;
    CHECK(excerpt("x = 1", without)->carets.empty());
}

TEST_CASE("an empty line is no excerpt", "[report]") {
    CHECK_FALSE(excerpt("", frame_at(0, 1)));
    CHECK_FALSE(excerpt(" \t ", frame_at(0, 1)));
}

TEST_CASE("a source line cannot send sequences to the terminal", "[report]") {
    const auto found = excerpt("\tx = '\x1b[31m' + y", frame_at(15, 16));
    REQUIRE(found);
    CHECK(found->line == "x = '\\x1b[31m' + y");
    CHECK(found->carets == std::string(17, ' ') + "^");
}

TEST_CASE("a line of a megabyte is cut", "[report]") {
    const auto found = excerpt(std::string(1 << 20, 'x'), frame_at(0, 5));
    REQUIRE(found);
    CHECK(found->line.size() < 2000);
    CHECK(found->carets.empty());
}
