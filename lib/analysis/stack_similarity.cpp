// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/stack_similarity.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pycore {
namespace {

constexpr std::size_t kDistances = 64;
constexpr double kOtherSite = 0.7;

// A pair whose places are `distance` apart: lines of helpers come and go, so a few places cost little.
const std::array<double, kDistances>& discounts() {
    static const auto table = [] {
        std::array<double, kDistances> values{};
        for (std::size_t i = 0; i < kDistances; ++i) values[i] = std::exp(-0.03 * static_cast<double>(i));
        return values;
    }();
    return table;
}

double discount(std::size_t a, std::size_t b) {
    const std::size_t distance = a > b ? a - b : b - a;
    return discounts()[distance < kDistances ? distance : kDistances - 1];
}

}  // namespace

void StackComparer::begin(const WeightedStack& stack) {
    stack_ = &stack;
    const std::size_t size = stack.frames.size();
    next_.assign(size, kNone);
    cursor_.assign(size, kNone);
    for (const FrameId frame : stack.frames) {
        if (frame >= first_.size()) first_.resize(frame + std::size_t{1}, kNone);
    }
    for (std::size_t place = size; place-- > 0;) {
        std::uint32_t& first = first_[stack.frames[place]];
        next_[place] = first;
        first = static_cast<std::uint32_t>(place);
    }
}

void StackComparer::end() {
    for (const FrameId frame : stack_->frames) first_[frame] = kNone;
    stack_ = nullptr;
}

bool StackComparer::has(FrameId frame) const { return frame < first_.size() && first_[frame] != kNone; }

// Whether both died in native functions of which neither is anywhere in the other stack: not one bug with a helper
// inlined, but two functions that the same Python called.
bool StackComparer::sites_differ(const WeightedStack& other) const {
    const auto& own = stack_->native_site;
    if (!own || !other.native_site || has(*other.native_site)) return false;
    return std::find(other.frames.begin(), other.frames.end(), *own) == other.frames.end();
}

double StackComparer::similarity_to(const WeightedStack& other) {
    const WeightedStack& stack = *stack_;
    double matched = stack.reason == other.reason ? 2 * kReasonWeight : 0;
    touched_.clear();
    for (std::size_t place = 0; place < other.frames.size(); ++place) {
        const FrameId frame = other.frames[place];
        const std::uint32_t first = frame < first_.size() ? first_[frame] : kNone;
        if (first == kNone) continue;
        if (cursor_[first] == kNone) {
            cursor_[first] = first;
            touched_.push_back(first);
        }
        const std::uint32_t partner = cursor_[first];
        if (partner == kNone - 1) continue;  // all of its occurrences have their partners
        matched += (stack.weights[partner] + other.weights[place]) * discount(partner, place);
        cursor_[first] = next_[partner] == kNone ? kNone - 1 : next_[partner];
    }
    for (const std::uint32_t first : touched_) cursor_[first] = kNone;
    const double alike = matched / (stack.total + other.total);
    return sites_differ(other) ? alike * kOtherSite : alike;
}

double similarity(const WeightedStack& a, const WeightedStack& b) {
    StackComparer comparer;
    comparer.begin(a);
    return comparer.similarity_to(b);
}

}  // namespace pycore
