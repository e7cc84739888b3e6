// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How alike two stacks are, 0 to 1, in time linear in their frames: occurrences of the same frame are paired in
// their order, each pair counts with the weights of both, less the further apart their places are; what has no
// partner counts against it, and so does another native function at the site.

#include "analysis/frame_weights.h"

namespace pycore {

// Pairs frames by number; holds room for the frames of one stack, so that comparing it to many others costs no
// allocation.
class StackComparer {
public:
    // The stack that the others are compared to. It must stay where it is.
    void begin(const WeightedStack& stack);
    double similarity_to(const WeightedStack& other);
    void end();

private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    bool has(FrameId frame) const;
    bool sites_differ(const WeightedStack& other) const;

    const WeightedStack* stack_ = nullptr;
    std::vector<std::uint32_t> first_;   // by frame: its first place in stack_
    std::vector<std::uint32_t> next_;    // by place: the next place of the same frame
    std::vector<std::uint32_t> cursor_;  // by first place: where pairing stands
    std::vector<std::uint32_t> touched_;
};

double similarity(const WeightedStack& a, const WeightedStack& b);

}  // namespace pycore
