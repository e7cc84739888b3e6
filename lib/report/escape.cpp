// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/escape.h"

#include <fmt/format.h>

#include <iterator>

#include "report/utf8.h"

namespace pycore {
namespace {

bool is_plain_ascii(char character) { return character >= 0x20 && character < 0x7f; }

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

// Characters that change what a reader sees of the text around them: directional marks (UAX #9),
// line and paragraph separators, the byte order mark and tag characters.
bool is_misleading(char32_t c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

void append_escape(std::string& out, const CodePoint& point) {
    const auto value = static_cast<std::uint32_t>(point.value);
    const char* form = value < 0x100 ? "\\x{:02x}" : value < 0x10000 ? "\\u{:04x}" : "\\U{:08x}";
    fmt::format_to(std::back_inserter(out), fmt::runtime(form), value);
}

void append_json_escape(std::string& out, char32_t character) {
    const auto value = static_cast<std::uint32_t>(character);
    if (value < 0x10000) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
        return;
    }
    const std::uint32_t rest = value - 0x10000;
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        if (is_plain_ascii(text[offset])) {
            out += text[offset++];
            continue;
        }
        const CodePoint point = parse_code_point(text, offset);
        if (point.kind != CodePoint::Kind::Character || is_control(point.value) || is_misleading(point.value)) {
            append_escape(out, point);
        } else {
            out.append(text, offset, point.size_bytes);
        }
        offset += point.size_bytes;
    }
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append_escaped(out, text);
    return out;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t offset = 0; offset < text.size();) {
        const char byte = text[offset];
        if (is_plain_ascii(byte)) {
            if (byte == '"' || byte == '\\') out += '\\';
            out += byte;
            ++offset;
            continue;
        }
        const CodePoint point = parse_code_point(text, offset);
        if (point.kind != CodePoint::Kind::Character) {
            out += '\\';
            append_escape(out, point);
        } else if (is_control(point.value) || is_misleading(point.value)) {
            append_json_escape(out, point.value);
        } else {
            out.append(text, offset, point.size_bytes);
        }
        offset += point.size_bytes;
    }
    out += '"';
}

}  // namespace pycore
