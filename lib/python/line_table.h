// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// LineTable is the parsed co_lnotab or co_linetable of one code object: parsed once, then looked up by
// the byte offset of an instruction. The three formats are drawn at the head of line_table.cpp.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "layout/versions.h"

namespace pycore {

// Lines are 1-based, columns 0-based UTF-8 byte offsets. No line: the compiler made up the instruction.
struct CodePosition {
    std::optional<std::int64_t> line;
    std::optional<std::int64_t> end_line;
    std::optional<std::int64_t> column;
    std::optional<std::int64_t> end_column;
    bool operator==(const CodePosition&) const = default;
};

class LineTable {
public:
    LineTable() = default;
    static LineTable parse(layout::LineTableFormat format, std::span<const std::byte> bytes, std::int64_t first_line);

    // A negative offset is before the first instruction: the first line.
    CodePosition find(std::int64_t byte_offset) const;

    // How many bytes of code it describes; nullopt for co_lnotab, whose last line goes on to the code's end.
    std::optional<std::int64_t> code_bytes() const;

private:
    struct Row {
        std::int32_t begin;  // byte offset of the first instruction
        std::int32_t line;   // kNone: no line
        std::int32_t end_line;
        std::int32_t column;
        std::int32_t end_column;
    };
    static constexpr std::int32_t kNone = -1;

    void add_lnotab(std::span<const std::byte> bytes);
    void add_line_deltas(std::span<const std::byte> bytes);
    void add_location_table(std::span<const std::byte> bytes);

    std::vector<Row> rows_;  // ascending; a row ends where the next begins
    std::int64_t end_ = 0;   // of the last row
    std::int64_t first_line_ = 0;
};

}  // namespace pycore
