// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FrameWeights tells how much a frame says about a stack: a frame that half of all stacks have says little,
// one that two stacks share says much (inverse document frequency). What a small batch cannot know stands in a
// table of frames that real stacks of CPython programs are full of (frame_prior).

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "state/triage.h"

namespace pycore {

using FrameId = std::uint32_t;

constexpr double kReasonWeight = 6;  // what an equal reason says: about as much as one rare frame

// A stack as clustering sees it: frames by number, innermost first, and their weights.
struct WeightedStack {
    std::vector<FrameId> frames;
    std::vector<double> weights;  // one a frame, by its rarity and its place
    double total = 0;             // of the weights, and of the reason's
    FrameId reason = 0;           // a number of its own kind
    std::optional<FrameId> native_site;
};

class FrameWeights {
public:
    // Counts each of the stacks once, however many inputs have it. The order of the stacks does not matter
    // for anything but the numbers of frames.
    explicit FrameWeights(const std::vector<const std::vector<StackToken>*>& stacks);

    // Knows frames that no counted stack has, too: they are as rare as can be.
    WeightedStack weigh(const std::vector<StackToken>& tokens, const std::string& reason);
    double rarity(FrameId frame) const { return rarity_[frame]; }
    std::size_t occurrences(FrameId frame) const { return occurrences_[frame]; }
    std::size_t size() const { return rarity_.size(); }

private:
    FrameId number_of(const std::string& text);
    double rarity_of(const std::string& text, std::size_t occurrences) const;

    std::size_t stacks_ = 0;
    std::unordered_map<std::string, FrameId> numbers_;
    std::unordered_map<std::string, FrameId> reasons_;
    std::vector<std::size_t> occurrences_;
    std::vector<double> rarity_;
};

}  // namespace pycore
