// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/frame_weights.h"

#include <algorithm>
#include <cmath>

#include "analysis/frame_prior.h"

namespace pycore {
namespace {

constexpr double kPriorStacks = 100;   // as if so many stacks had been seen before this batch
constexpr double kUsualShare = 0.002;  // of those that have a frame the table does not name
constexpr double kSiteFactor = 3;      // frames of the site say more than how the program came there
constexpr double kHalfDepth = 8;       // frames; the weight of a place goes down to kDeepest
constexpr double kDeepest = 0.3;

double weight_of_place(std::size_t depth) {
    return kDeepest + (1 - kDeepest) * std::exp2(-static_cast<double>(depth) / kHalfDepth);
}

}  // namespace

FrameWeights::FrameWeights(const std::vector<const std::vector<StackToken>*>& stacks) : stacks_(stacks.size()) {
    std::vector<std::size_t> last_seen;
    for (std::size_t number = 0; number < stacks.size(); ++number) {
        for (const StackToken& token : *stacks[number]) {
            const auto [place, added] = numbers_.try_emplace(token.text, static_cast<FrameId>(numbers_.size()));
            if (added) {
                occurrences_.push_back(0);
                last_seen.push_back(stacks.size());
            }
            if (last_seen[place->second] == number) continue;
            last_seen[place->second] = number;
            ++occurrences_[place->second];
        }
    }
    rarity_.resize(occurrences_.size());
    for (const auto& [text, id] : numbers_) rarity_[id] = rarity_of(text, occurrences_[id]);
}

double FrameWeights::rarity_of(const std::string& text, std::size_t occurrences) const {
    const double expected = kPriorStacks * prior_share_of(text).value_or(kUsualShare);
    const double all = static_cast<double>(stacks_) + kPriorStacks;
    return std::log((all + 1) / (std::min(all, static_cast<double>(occurrences) + expected) + 0.5));
}

FrameId FrameWeights::number_of(const std::string& text) {
    const auto [place, added] = numbers_.try_emplace(text, static_cast<FrameId>(numbers_.size()));
    if (added) {
        occurrences_.push_back(0);
        rarity_.push_back(rarity_of(text, 0));
    }
    return place->second;
}

WeightedStack FrameWeights::weigh(const std::vector<StackToken>& tokens, const std::string& reason) {
    WeightedStack stack;
    stack.reason = reasons_.try_emplace(reason, static_cast<FrameId>(reasons_.size())).first->second;
    stack.total = kReasonWeight;
    for (std::size_t depth = 0; depth < tokens.size(); ++depth) {
        const FrameId frame = number_of(tokens[depth].text);
        const double weight = rarity_[frame] * (tokens[depth].site ? kSiteFactor : weight_of_place(depth));
        stack.frames.push_back(frame);
        if (tokens[depth].site && !tokens[depth].python && !stack.native_site) stack.native_site = frame;
        stack.weights.push_back(weight);
        stack.total += weight;
    }
    return stack;
}

}  // namespace pycore
