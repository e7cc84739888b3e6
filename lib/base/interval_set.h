// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// IntervalSet is a set of small numbers as runs: of a hundred thousand ranks in one place it takes eight bytes.

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

namespace pycore {

class IntervalSet {
public:
    struct Run {
        std::uint32_t first = 0;
        std::uint32_t last = 0;  // included
        auto operator<=>(const Run&) const = default;
    };

    // In any order, also what is there already; runs() and the rest are right after normalize().
    void add(std::uint32_t number) { add({number, number}); }
    void add(Run run) {
        // What comes in order needs no more room.
        if (!runs_.empty() && run.first >= runs_.back().first && run.first <= next_of(runs_.back())) {
            runs_.back().last = std::max(runs_.back().last, run.last);
        } else {
            runs_.push_back(run);
        }
    }
    void normalize() {
        std::sort(runs_.begin(), runs_.end());
        std::size_t kept = 0;
        for (std::size_t i = 1; i < runs_.size(); ++i) {
            if (runs_[i].first <= next_of(runs_[kept])) {
                runs_[kept].last = std::max(runs_[kept].last, runs_[i].last);
            } else {
                runs_[++kept] = runs_[i];
            }
        }
        if (!runs_.empty()) runs_.resize(kept + 1);
    }

    const std::vector<Run>& runs() const { return runs_; }
    bool empty() const { return runs_.empty(); }
    std::size_t count() const {
        std::size_t count = 0;
        for (const Run& run : runs_) count += std::size_t{run.last} - run.first + 1;
        return count;
    }
    bool contains(std::uint32_t number) const {
        const auto after = std::upper_bound(runs_.begin(), runs_.end(), number,
                                            [](std::uint32_t value, const Run& run) { return value < run.first; });
        return after != runs_.begin() && std::prev(after)->last >= number;
    }
    auto operator<=>(const IntervalSet&) const = default;

private:
    static std::uint64_t next_of(const Run& run) { return std::uint64_t{run.last} + 1; }

    std::vector<Run> runs_;
};

}  // namespace pycore
