// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/compact_ranges.h"

#include <fmt/format.h>

#include <limits>

namespace pycore {
namespace {

constexpr std::size_t kReadablePieces = 40;

std::string join_pieces(const std::vector<std::int64_t>& numbers, std::size_t most) {
    std::string text;
    std::size_t pieces = 0;
    for (std::size_t first = 0; first < numbers.size(); ++pieces) {
        if (pieces == most) return text + fmt::format(",... and {} more", numbers.size() - first);
        std::size_t last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] - 1 <= numbers[last]) ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(numbers[first]);
        if (numbers[last] != numbers[first]) text += '-' + std::to_string(numbers[last]);
        first = last + 1;
    }
    return text;
}

}  // namespace

std::string compact_ranges(const std::vector<std::int64_t>& numbers) {
    return join_pieces(numbers, std::numeric_limits<std::size_t>::max());
}

std::string readable_ranges(const std::vector<std::int64_t>& numbers) { return join_pieces(numbers, kReadablePieces); }

}  // namespace pycore
