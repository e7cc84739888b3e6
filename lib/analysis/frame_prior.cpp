// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/frame_prior.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pycore {
namespace {

using Row = std::pair<std::string_view, double>;

// Sorted by name.
constexpr std::array kPrior = {
    Row{"__main__:<module>", 0.55},
    Row{"__main__:main", 0.20},
};

}  // namespace

std::optional<double> prior_share_of(std::string_view frame) {
    const auto place = std::lower_bound(kPrior.begin(), kPrior.end(), frame,
                                        [](const Row& row, std::string_view name) { return row.first < name; });
    if (place == kPrior.end() || place->first != frame) return std::nullopt;
    return place->second;
}

}  // namespace pycore
