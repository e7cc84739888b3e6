// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/compact_ranks.h"

#include <fmt/format.h>

namespace pycore {

std::string compact_ranks(const std::vector<std::int64_t>& ranks) {
    std::string text;
    for (std::size_t first = 0; first < ranks.size();) {
        std::size_t last = first;
        while (last + 1 < ranks.size() && ranks[last + 1] - 1 == ranks[last]) ++last;
        if (!text.empty()) text += ',';
        text += first == last ? fmt::format("{}", ranks[first]) : fmt::format("{}-{}", ranks[first], ranks[last]);
        first = last + 1;
    }
    return text;
}

}  // namespace pycore
