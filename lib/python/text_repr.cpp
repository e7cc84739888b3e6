// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/text_repr.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <vector>

#include "python/text_object.h"

namespace pycore {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// What str.isprintable() denies, as far as it does not change with each version of Unicode: controls, separators
// and spaces but the plain one, format characters, surrogates, private use, what is no character.
constexpr std::array kUnprintable = {
    Range{0x0, 0x1f},      Range{0x7f, 0xa0},       Range{0xad, 0xad},       Range{0x600, 0x605},
    Range{0x61c, 0x61c},   Range{0x6dd, 0x6dd},     Range{0x70f, 0x70f},     Range{0x1680, 0x1680},
    Range{0x180e, 0x180e}, Range{0x2000, 0x200f},   Range{0x2028, 0x202f},   Range{0x205f, 0x206f},
    Range{0x3000, 0x3000}, Range{0xd800, 0xf8ff},   Range{0xfeff, 0xfeff},   Range{0xfff0, 0xfffb},
    Range{0xfffe, 0xffff}, Range{0xe0000, 0xe00ff}, Range{0xe01f0, 0x10ffff}};

bool is_printable(char32_t character) {
    return std::none_of(kUnprintable.begin(), kUnprintable.end(),
                        [&](const Range& range) { return character >= range.first && character <= range.last; });
}

// True if it was one of those that have an escape of their own.
bool append_short_escape(std::string& out, char32_t character, char quote) {
    const std::string_view escape = character == U'\t'   ? "\\t"
                                    : character == U'\n' ? "\\n"
                                    : character == U'\r' ? "\\r"
                                    : character == U'\\' ? "\\\\"
                                                         : "";
    out += escape;
    if (!escape.empty()) return true;
    if (character != static_cast<char32_t>(quote)) return false;
    out += '\\';
    out += quote;
    return true;
}

void append_escape(std::string& out, char32_t character) {
    const char* form = character < 0x100 ? "\\x{:02x}" : character < 0x10000 ? "\\u{:04x}" : "\\U{:08x}";
    fmt::format_to(std::back_inserter(out), fmt::runtime(form), static_cast<std::uint32_t>(character));
}

template <typename Characters>
char quote_for(const Characters& characters) {
    const auto holds = [&](char quote) {
        return std::any_of(characters.begin(), characters.end(),
                           [&](auto each) { return static_cast<std::uint32_t>(each) == static_cast<unsigned>(quote); });
    };
    return holds('\'') && !holds('"') ? '"' : '\'';
}

// As repr() rounds it, but without the ".0".
std::string shortest(double value) {
    if (std::isnan(value)) return "nan";
    return fmt::format("{}", value);
}

}  // namespace

void append_text_repr(std::string& out, std::u32string_view characters) {
    const char quote = quote_for(characters);
    out += quote;
    for (const char32_t character : characters) {
        if (append_short_escape(out, character, quote)) continue;
        is_printable(character) ? append_utf8(out, character) : append_escape(out, character);
    }
    out += quote;
}

void append_bytes_repr(std::string& out, std::span<const std::byte> bytes) {
    const char quote = quote_for(bytes);
    out += 'b';
    out += quote;
    for (const std::byte byte : bytes) {
        const auto character = static_cast<char32_t>(byte);
        if (append_short_escape(out, character, quote)) continue;
        character >= 0x20 && character < 0x7f ? append_utf8(out, character) : append_escape(out, character);
    }
    out += quote;
}

std::string float_repr(double value) {
    std::string text = shortest(value);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

std::string complex_repr(double real, double imaginary) {
    const std::string tail = shortest(imaginary) + "j";
    if (real == 0 && !std::signbit(real)) return tail;
    return "(" + shortest(real) + (tail.front() == '-' ? "" : "+") + tail + ")";
}

std::string integer_repr(std::span<const std::uint32_t> digits, bool negative) {
    constexpr std::uint64_t kBase = 1'000'000'000;
    std::vector<std::uint64_t> decimal = {0};  // of base kBase, the lowest first
    for (std::size_t i = digits.size(); i-- > 0;) {
        std::uint64_t carry = digits[i];
        for (std::uint64_t& part : decimal) {
            const std::uint64_t value = (part << 30) + carry;
            part = value % kBase;
            carry = value / kBase;
        }
        for (; carry != 0; carry /= kBase) decimal.push_back(carry % kBase);
    }
    std::string text = fmt::format("{}{}", negative ? "-" : "", decimal.back());
    for (std::size_t i = decimal.size() - 1; i-- > 0;) text += fmt::format("{:09}", decimal[i]);
    return text;
}

}  // namespace pycore
