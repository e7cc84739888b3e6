// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/repeats.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxPeriod = 8;
constexpr std::size_t kShownRounds = 3;  // as many as Python's traceback shows

// How many times the `period` items at `begin` follow each other, at least 1.
std::size_t count_rounds(std::span<const std::size_t> items, std::size_t begin, std::size_t period) {
    std::size_t end = begin + period;
    while (end < items.size() && items[end] == items[end - period]) ++end;
    return (end - begin) / period;
}

struct Recursion {
    std::size_t period = 1;
    std::size_t rounds = 1;
};

// The shortest circle at `begin` that is worth leaving out.
Recursion find_recursion(std::span<const std::size_t> items, std::size_t begin) {
    for (std::size_t period = 1; period <= kMaxPeriod && begin + period < items.size(); ++period) {
        const std::size_t rounds = count_rounds(items, begin, period);
        if (rounds > kShownRounds) return {period, rounds};
    }
    return {};
}

}  // namespace

std::vector<RepeatedRun> find_repeats(std::span<const std::size_t> items) {
    std::vector<RepeatedRun> runs;
    RepeatedRun current;
    while (current.begin + current.count < items.size()) {
        const Recursion found = find_recursion(items, current.begin + current.count);
        if (found.rounds <= kShownRounds) {
            ++current.count;
            continue;
        }
        current.count += kShownRounds * found.period;
        current.period = found.period;
        current.repeats = found.rounds - kShownRounds;
        runs.push_back(current);
        current = {runs.back().end(), 0, 1, 0};
    }
    if (current.count > 0) runs.push_back(current);
    return runs;
}

}  // namespace pycore
