// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// co_lnotab (<= 3.9; Objects/lnotab_notes.txt): pairs
//   u8 address delta   i8 line delta          the line changes at the address; starts at co_firstlineno
// co_linetable of 3.10 (PEP 626; Objects/lnotab_notes.txt): pairs
//   u8 length in bytes i8 line delta          -128: the range has no line
// co_linetable of 3.11+ (PEP 657; Objects/locations.md): entries that begin with a byte
//   1kkkkuuu   k: kind, u + 1: length in 2-byte units; then, by kind
//   0-9    b                      same line; column = kind * 8 + b >> 4, end = column + b & 15
//   10-12  column, end            line delta = kind - 10
//   13     svarint                line delta, no columns
//   14     svarint, 3 varints     line delta, end line delta, column + 1, end column + 1; 0: no column
//   15                            no location; the running line stays
// varint: 6 bits a byte, low bits first, bit 6: more follow; svarint: bit 0 is the sign.
#include "python/line_table.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/byte_reader.h"

namespace pycore {
namespace {

constexpr int kNoLineDelta = -128;
constexpr std::int64_t kMaxLine = 0x7fffffff;  // co_firstlineno and lines are C ints
constexpr int kMaxVarintShift = 30;
constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> read_varint(ByteReader& reader) {
    std::uint64_t value = 0;
    for (int shift = 0; shift <= kMaxVarintShift; shift += 6) {
        const auto byte = reader.read<std::uint8_t>();
        if (!byte) return std::nullopt;
        value |= static_cast<std::uint64_t>(*byte & 0x3f) << shift;
        if ((*byte & 0x40) == 0) return value;
    }
    return std::nullopt;
}

std::optional<std::int64_t> read_signed_varint(ByteReader& reader) {
    const auto value = read_varint(reader);
    if (!value) return std::nullopt;
    const auto magnitude = static_cast<std::int64_t>(*value >> 1);
    return (*value & 1) != 0 ? -magnitude : magnitude;
}

std::int32_t clamp_line(std::int64_t line) {
    return line >= 0 && line <= kMaxLine ? static_cast<std::int32_t>(line) : -1;
}

// The part of an entry behind its first byte.
struct Location {
    std::int64_t line_delta = 0;
    std::int64_t end_line_delta = 0;
    std::int64_t column = -1;
    std::int64_t end_column = -1;
    bool has_line = true;
};

std::optional<Location> read_long_form(ByteReader& reader) {
    Location location;
    const auto line = read_signed_varint(reader);
    const auto end_line = read_varint(reader);
    const auto column = read_varint(reader);
    const auto end_column = read_varint(reader);
    if (!line || !end_line || !column || !end_column) return std::nullopt;
    location.line_delta = *line;
    location.end_line_delta = static_cast<std::int64_t>(*end_line);
    location.column = static_cast<std::int64_t>(*column) - 1;
    location.end_column = static_cast<std::int64_t>(*end_column) - 1;
    return location;
}

std::optional<Location> read_location(ByteReader& reader, int kind) {
    Location location;
    if (kind == 15) {
        location.has_line = false;
        return location;
    }
    if (kind == 14) return read_long_form(reader);
    if (kind == 13) {
        const auto delta = read_signed_varint(reader);
        if (!delta) return std::nullopt;
        location.line_delta = *delta;
        return location;
    }
    const auto first = reader.read<std::uint8_t>();
    if (!first) return std::nullopt;
    if (kind < 10) {
        location.column = kind * 8 + (*first >> 4);
        location.end_column = location.column + (*first & 15);
        return location;
    }
    const auto second = reader.read<std::uint8_t>();
    if (!second) return std::nullopt;
    location.line_delta = kind - 10;
    location.column = *first;
    location.end_column = *second;
    return location;
}

std::optional<std::int64_t> known(std::int32_t value) {
    return value < 0 ? std::nullopt : std::optional<std::int64_t>(value);
}

}  // namespace

LineTable LineTable::parse(layout::LineTableFormat format, std::span<const std::byte> bytes, std::int64_t first_line) {
    LineTable table;
    table.first_line_ = first_line;
    switch (format) {
        case layout::LineTableFormat::Lnotab: table.add_lnotab(bytes); break;
        case layout::LineTableFormat::LineDeltas: table.add_line_deltas(bytes); break;
        case layout::LineTableFormat::LocationTable: table.add_location_table(bytes); break;
    }
    return table;
}

void LineTable::add_lnotab(std::span<const std::byte> bytes) {
    std::int64_t address = 0;
    std::int64_t line = first_line_;
    rows_.push_back({0, clamp_line(line), kNone, kNone, kNone});
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        address += std::to_integer<std::uint8_t>(bytes[i]);
        line += static_cast<std::int8_t>(bytes[i + 1]);
        // Long jumps are chains of entries at one address: the last one counts.
        if (rows_.back().begin == address) rows_.pop_back();
        rows_.push_back({static_cast<std::int32_t>(address), clamp_line(line), kNone, kNone, kNone});
    }
    end_ = kToTheEnd;
}

void LineTable::add_line_deltas(std::span<const std::byte> bytes) {
    std::int64_t line = first_line_;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const int delta = static_cast<std::int8_t>(bytes[i + 1]);
        if (delta != kNoLineDelta) line += delta;
        const std::int64_t length = std::to_integer<std::uint8_t>(bytes[i]);
        if (length == 0) continue;
        rows_.push_back(
            {static_cast<std::int32_t>(end_), delta == kNoLineDelta ? kNone : clamp_line(line), kNone, kNone, kNone});
        end_ += length;
    }
}

void LineTable::add_location_table(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    std::int64_t line = first_line_;
    while (const auto first = reader.read<std::uint8_t>()) {
        if ((*first & 0x80) == 0) return;  // damaged: every entry begins with bit 7
        const auto location = read_location(reader, *first >> 3 & 15);
        if (!location) return;
        line += location->line_delta;
        Row row{static_cast<std::int32_t>(end_), kNone, kNone, kNone, kNone};
        if (location->has_line) {
            row.line = clamp_line(line);
            row.end_line = clamp_line(line + location->end_line_delta);
            row.column = clamp_line(location->column);
            row.end_column = clamp_line(location->end_column);
        }
        rows_.push_back(row);
        end_ += ((*first & 7) + 1) * 2;
    }
}

std::optional<std::int64_t> LineTable::code_bytes() const {
    return end_ == kToTheEnd ? std::nullopt : std::optional(end_);
}

CodePosition LineTable::find(std::int64_t byte_offset) const {
    if (byte_offset < 0) return {known(clamp_line(first_line_)), {}, {}, {}};
    if (byte_offset >= end_) return {};
    const auto after = std::upper_bound(rows_.begin(), rows_.end(), byte_offset,
                                        [](std::int64_t offset, const Row& row) { return offset < row.begin; });
    if (after == rows_.begin()) return {};
    const Row& row = *std::prev(after);
    return {known(row.line), known(row.end_line), known(row.column), known(row.end_column)};
}

}  // namespace pycore
