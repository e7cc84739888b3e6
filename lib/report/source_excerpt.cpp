// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/source_excerpt.h"

#include <algorithm>

#include "report/escape.h"
#include "report/utf8.h"

namespace pycore {
namespace {

constexpr std::string_view kBlanks = " \t\f";
constexpr std::size_t kMaxLineBytes = 1000;  // what a reader still takes for a line

std::string escape_source(std::string_view text) {
    std::string blanked(text);
    std::replace(blanked.begin(), blanked.end(), '\t', ' ');
    return escape(blanked);
}

struct ByteRange {
    std::size_t begin;
    std::size_t end;
};

// The columns that ran, as bytes of `line`; nullopt if they are unknown or point outside of it.
std::optional<ByteRange> marked_bytes(std::string_view line, const PythonFrame& frame) {
    if (!frame.column || !frame.line || *frame.column < 0) return std::nullopt;
    const bool ends_here = frame.end_line == frame.line && frame.end_column && *frame.end_column >= 0;
    const auto begin = static_cast<std::size_t>(*frame.column);
    const std::size_t end = ends_here ? static_cast<std::size_t>(*frame.end_column) : line.size();
    if (!ends_here && (!frame.end_line || *frame.end_line < *frame.line)) return std::nullopt;
    if (begin >= end || end > line.size()) return std::nullopt;
    return ByteRange{begin, end};
}

}  // namespace

std::optional<SourceExcerpt> excerpt(std::string_view line, const PythonFrame& frame) {
    const std::size_t first = line.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t last = line.find_last_not_of(kBlanks) + 1;
    SourceExcerpt result;
    if (last - first > kMaxLineBytes) {
        result.line = escape_source(line.substr(first, kMaxLineBytes)) + "…";
        return result;
    }
    result.line = escape_source(line.substr(first, last - first));
    const auto marked = marked_bytes(line.substr(0, last), frame);
    if (!marked || marked->begin < first || (marked->begin == first && marked->end == last)) return result;
    const auto width = [&](std::size_t begin, std::size_t end) {
        return display_width(escape_source(line.substr(begin, end - begin)));
    };
    result.carets = std::string(width(first, marked->begin), ' ') + std::string(width(marked->begin, marked->end), '^');
    return result;
}

}  // namespace pycore
