// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/abort_reason.h"

#include <algorithm>
#include <array>

namespace pycore {

using namespace std::string_view_literals;

std::string_view abort_reason(std::string_view message) {
    constexpr std::array kHeapWords = {"free()"sv,      "malloc"sv,    "realloc()"sv,      "calloc()"sv,
                                       "double free"sv, "corrupted"sv, "munmap_chunk()"sv, "mremap_chunk()"sv,
                                       "invalid "sv,    "unaligned "sv};
    if (message.find(": Assertion `") != std::string_view::npos) return "assertion";
    if (message.starts_with("*** ")) return "stack_smashing";
    const auto begins = [&](std::string_view word) { return message.starts_with(word); };
    return std::any_of(kHeapWords.begin(), kHeapWords.end(), begins) ? "heap_corruption" : "";
}

}  // namespace pycore
