// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/line_table.h"

#include <string>

#include "support/catch.h"

using namespace pycore;
using pycore::layout::LineTableFormat;

namespace {

struct Run {
    std::int64_t begin;  // byte offsets
    std::int64_t end;
    int line;  // -1: none
    int end_line;
    int column;
    int end_column;
};

struct Vector {
    LineTableFormat format;
    const char* name;
    int first_line;
    std::string_view table;  // hex
    std::vector<Run> runs;
};

const std::vector<Vector>& vectors() {
    static const std::vector<Vector> all = {
#include "python/line_table_vectors.inc"
    };
    return all;
}

std::vector<std::byte> from_hex(std::string_view hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

std::optional<std::int64_t> known(int value) { return value < 0 ? std::nullopt : std::optional<std::int64_t>(value); }

LineTable parse(LineTableFormat format, std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return LineTable::parse(format, bytes, 1);
}

}  // namespace

TEST_CASE("every instruction has the line and columns that Python itself gives it", "[python]") {
    for (const Vector& vector : vectors()) {
        CAPTURE(vector.name);
        const LineTable table = LineTable::parse(vector.format, from_hex(vector.table), vector.first_line);
        for (const Run& run : vector.runs) {
            for (std::int64_t offset = run.begin; offset < run.end; ++offset) {
                CAPTURE(offset);
                const CodePosition position = table.find(offset);
                REQUIRE(position.line == known(run.line));
                REQUIRE(position.column == known(run.column));
                REQUIRE(position.end_column == known(run.end_column));
                if (vector.format == LineTableFormat::LocationTable) REQUIRE(position.end_line == known(run.end_line));
            }
        }
    }
}

TEST_CASE("a frame that has not begun stands on the first line of its code", "[python]") {
    for (const Vector& vector : vectors()) {
        const LineTable table = LineTable::parse(vector.format, from_hex(vector.table), vector.first_line);
        CHECK(table.find(-1).line == vector.first_line);
    }
}

TEST_CASE("instructions that the compiler made up have no line", "[python]") {
    const LineTable table = parse(LineTableFormat::LineDeltas, {4, 1, 2, 0x80, 2, 1});
    CHECK(table.find(2).line == 2);
    CHECK(table.find(4).line == std::nullopt);
    CHECK(table.find(6).line == 3);
    CHECK(parse(LineTableFormat::LocationTable, {0xf8}).find(0).line == std::nullopt);
}

TEST_CASE("an offset past the end of a table has no line", "[python]") {
    CHECK(parse(LineTableFormat::LineDeltas, {4, 1}).find(4) == CodePosition{});
    CHECK(parse(LineTableFormat::LocationTable, {0x81, 0x12}).find(4) == CodePosition{});
    CHECK(parse(LineTableFormat::LocationTable, {}).find(0) == CodePosition{});
}

TEST_CASE("a damaged table keeps the lines before the damage", "[python]") {
    // A short form, then a byte that begins no entry, then a long form that is cut.
    const LineTable wrong = parse(LineTableFormat::LocationTable, {0x80, 0x12, 0x05, 0x80, 0x12});
    CHECK(wrong.find(0).column == 1);
    CHECK(wrong.find(2) == CodePosition{});
    const LineTable cut = parse(LineTableFormat::LocationTable, {0x80, 0x12, 0xf0, 0x02, 0x40});
    CHECK(cut.find(0).column == 1);
    CHECK(cut.find(2) == CodePosition{});
    const LineTable endless = parse(LineTableFormat::LocationTable, {0xe8, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f});
    CHECK(endless.find(0) == CodePosition{});
}

TEST_CASE("lines that cannot be are left out", "[python]") {
    CHECK(LineTable::parse(LineTableFormat::Lnotab, {}, -5).find(0).line == std::nullopt);
    CHECK(parse(LineTableFormat::LineDeltas, {2, 0x81}).find(0).line == std::nullopt);  // 1 - 127
}
