// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/duration.h"

#include <cstdint>

#include "base/parse_number.h"

namespace pycore {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMost = 100 * 366 * kDay;

std::int64_t seconds_of(char unit) {
    switch (unit) {
        case 's': return 1;
        case 'm': return 60;
        case 'h': return 3'600;
        case 'd': return kDay;
        default: return 0;
    }
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (const auto plain = parse_number(text)) {
        return *plain >= 0 && *plain <= kMost ? std::optional(std::chrono::seconds(*plain)) : std::nullopt;
    }
    std::int64_t total = 0, last = kMost;
    while (!text.empty()) {
        const std::size_t digits = text.find_first_not_of("0123456789");
        if (digits == std::string_view::npos || digits == 0) return std::nullopt;
        const std::int64_t unit = seconds_of(text[digits]);
        const auto number = parse_number(text.substr(0, digits));
        if (unit == 0 || unit >= last || !number || *number > kMost / unit) return std::nullopt;
        total += *number * unit;
        last = unit;
        text.remove_prefix(digits + 1);
    }
    return total <= kMost && last != kMost ? std::optional(std::chrono::seconds(total)) : std::nullopt;
}

}  // namespace pycore
