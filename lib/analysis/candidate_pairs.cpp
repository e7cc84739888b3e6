// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/candidate_pairs.h"

#include <algorithm>
#include <tuple>

namespace pycore {
namespace {

constexpr std::size_t kFewStacks = 400;     // so few are all compared to each other
constexpr std::size_t kFramesPerStack = 8;  // of its weightiest ones
constexpr std::size_t kCommon = 64;         // stacks with a frame: more are not all compared to each other
constexpr std::size_t kNeighbours = 8;      // but each to so many that look most like it

std::vector<StackPair> all_pairs(std::size_t count) {
    std::vector<StackPair> pairs;
    for (std::uint32_t a = 0; a < count; ++a) {
        for (std::uint32_t b = a + 1; b < count; ++b) pairs.emplace_back(a, b);
    }
    return pairs;
}

// The frames that say the most about a stack, each once.
std::vector<FrameId> telling_frames(const WeightedStack& stack) {
    std::vector<std::pair<double, FrameId>> ranked;
    for (std::size_t i = 0; i < stack.frames.size(); ++i) ranked.emplace_back(-stack.weights[i], stack.frames[i]);
    std::sort(ranked.begin(), ranked.end());
    std::vector<FrameId> frames;
    for (const auto& [weight, frame] : ranked) {
        if (std::find(frames.begin(), frames.end(), frame) != frames.end()) continue;
        frames.push_back(frame);
        if (frames.size() == kFramesPerStack) break;
    }
    return frames;
}

std::vector<std::vector<std::uint32_t>> index_of(const std::vector<WeightedStack>& stacks, std::size_t frames) {
    std::vector<std::vector<std::uint32_t>> index(frames);
    for (std::uint32_t number = 0; number < stacks.size(); ++number) {
        for (const FrameId frame : telling_frames(stacks[number])) index[frame].push_back(number);
    }
    return index;
}

void pair_all(const std::vector<std::uint32_t>& numbers, std::vector<StackPair>& pairs) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        for (std::size_t j = i + 1; j < numbers.size(); ++j) pairs.emplace_back(numbers[i], numbers[j]);
    }
}

// In the order of their frames, so that stacks with equal inner frames are neighbours.
void pair_neighbours(std::vector<std::uint32_t> numbers, const std::vector<WeightedStack>& stacks,
                     std::vector<StackPair>& pairs) {
    std::sort(numbers.begin(), numbers.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::tie(stacks[a].frames, a) < std::tie(stacks[b].frames, b);
    });
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::size_t end = std::min(numbers.size(), i + 1 + kNeighbours);
        for (std::size_t j = i + 1; j < end; ++j) {
            pairs.emplace_back(std::min(numbers[i], numbers[j]), std::max(numbers[i], numbers[j]));
        }
    }
}

}  // namespace

std::vector<StackPair> find_candidate_pairs(const std::vector<WeightedStack>& stacks, const FrameWeights& weights) {
    if (stacks.size() <= kFewStacks) return all_pairs(stacks.size());
    std::vector<StackPair> pairs;
    for (const auto& numbers : index_of(stacks, weights.size())) {
        numbers.size() <= kCommon ? pair_all(numbers, pairs) : pair_neighbours(numbers, stacks, pairs);
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

}  // namespace pycore
