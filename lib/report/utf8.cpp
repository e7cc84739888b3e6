// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/utf8.h"

#include <algorithm>
#include <iterator>

namespace pycore {
namespace {

struct Span {
    char32_t first;
    char32_t last;
};

// The blocks that matter of EastAsianWidth.txt (W and F), Unicode 15, ascending.
constexpr Span kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},   {0x26a1, 0x26a1},
    {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2b50, 0x2b50},
    {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18aff},
    {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
    {0x1f200, 0x1f320}, {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f9ff},
    {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

// Marks that take no column of their own: general category Mn and Me of the common scripts, and joiners.
constexpr Span kZero[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x200b, 0x200f}, {0x20d0, 0x20f0}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
};

template <std::size_t Count>
bool contains(const Span (&spans)[Count], char32_t character) {
    const auto* after = std::upper_bound(std::begin(spans), std::end(spans), character,
                                         [](char32_t c, const Span& span) { return c < span.first; });
    return after != std::begin(spans) && character <= std::prev(after)->last;
}

std::size_t sequence_size(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    return 0;
}

// The least value that needs so many bytes; anything below is an overlong form.
constexpr char32_t kLeastOfSize[] = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

CodePoint parse_code_point(std::string_view text, std::size_t offset) {
    const auto lead = static_cast<unsigned char>(text[offset]);
    const CodePoint byte{CodePoint::Kind::Byte, lead, 1};
    const std::size_t size = sequence_size(lead);
    if (size == 1) return {CodePoint::Kind::Character, lead, 1};
    if (size == 0 || text.size() - offset < size) return byte;
    char32_t value = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[offset + i]);
        if ((next & 0xc0U) != 0x80U) return byte;
        value = (value << 6) | (next & 0x3fU);
    }
    if (value < kLeastOfSize[size] || value > 0x10ffff) return byte;
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return {surrogate ? CodePoint::Kind::Surrogate : CodePoint::Kind::Character, value, size};
}

std::size_t display_width(char32_t character) {
    if (character < 0x300) return 1;
    if (contains(kZero, character)) return 0;
    return contains(kWide, character) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        const CodePoint point = parse_code_point(text, offset);
        width += display_width(point.value);
        offset += point.size_bytes;
    }
    return width;
}

}  // namespace pycore
