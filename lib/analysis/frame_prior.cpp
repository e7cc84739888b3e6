// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/frame_prior.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pycore {
namespace {

using Row = std::pair<std::string_view, double>;

constexpr double kNameless = 0.5;  // a function of a stripped file may be any of its functions

// Sorted by name.
constexpr std::array kPrior = {
#include "analysis/frame_prior.inc"
};

}  // namespace

std::optional<double> prior_share_of(std::string_view frame) {
    if (frame.ends_with("!?")) return kNameless;
    const auto place = std::lower_bound(kPrior.begin(), kPrior.end(), frame,
                                        [](const Row& row, std::string_view name) { return row.first < name; });
    if (place == kPrior.end() || place->first != frame) return std::nullopt;
    return place->second;
}

}  // namespace pycore
