// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which stacks are worth comparing: those that share a rare frame. Ten thousand stacks have fifty million
// pairs, of which but few thousands have anything to do with each other.

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/frame_weights.h"

namespace pycore {

using StackPair = std::pair<std::uint32_t, std::uint32_t>;  // first < second

// Sorted, each once.
std::vector<StackPair> find_candidate_pairs(const std::vector<WeightedStack>& stacks, const FrameWeights& weights);

}  // namespace pycore
