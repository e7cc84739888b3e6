// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// IntervalMap finds the value whose address range holds an address, in O(log n). Built once (add,
// then seal), read often. Where ranges overlap (a hostile dump), the one that begins last wins, of
// those that begin together the first one added; what it leaves of the others is still found.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <queue>
#include <utility>
#include <vector>

#include "base/address.h"

namespace pycore {

template <typename T>
class IntervalMap {
public:
    struct Entry {
        AddressRange range;  // the part of the added range that this value won
        T value;
        Address origin;  // where the range that was added began
    };

    void add(AddressRange range, T value) {
        if (range.size_bytes() == 0) return;
        entries_.push_back({range, std::move(value), range.begin});
    }

    // Call after the last add() and before the first look-up; may be called again after more of them.
    void seal() {
        const auto begins_before = [](const Entry& a, const Entry& b) { return a.range.begin < b.range.begin; };
        if (!std::is_sorted(entries_.begin(), entries_.end(), begins_before)) {
            std::stable_sort(entries_.begin(), entries_.end(), begins_before);
        }
        const auto overlap = std::adjacent_find(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
            return b.range.begin < a.range.end;
        });
        if (overlap != entries_.end()) flatten();
    }

    const Entry* find(Address address) const {
        auto after = first_after(address);
        if (after == entries_.begin()) return nullptr;
        const Entry& candidate = *std::prev(after);
        return candidate.range.contains(address) ? &candidate : nullptr;
    }

    // The first entry that begins after `address`; nullptr if there is none.
    const Entry* next_after(Address address) const {
        auto after = first_after(address);
        return after == entries_.end() ? nullptr : &*after;
    }

    // The parts of `range` that no entry covers, in ascending order.
    std::vector<AddressRange> uncovered(AddressRange range) const {
        std::vector<AddressRange> gaps;
        Address from = range.begin;
        while (from < range.end) {
            const Entry* here = find(from);
            if (here != nullptr) {
                from = here->range.end;
                continue;
            }
            const Entry* next = next_after(from);
            const Address to = next != nullptr ? std::min(next->range.begin, range.end) : range.end;
            gaps.push_back({from, to});
            from = to;
        }
        return gaps;
    }

    // After seal(): ascending and disjoint.
    const std::vector<Entry>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }

private:
    auto first_after(Address address) const {
        return std::upper_bound(entries_.begin(), entries_.end(), address,
                                [](Address a, const Entry& e) { return a < e.range.begin; });
    }

    // Cuts overlapping entries into at most twice as many disjoint ones: a sweep over the begins, with
    // the ranges that are open at that place ordered by who wins.
    void flatten() {
        const auto loses = [this](std::size_t a, std::size_t b) {
            const Address begin_a = entries_[a].range.begin;
            const Address begin_b = entries_[b].range.begin;
            return begin_a != begin_b ? begin_a < begin_b : a > b;
        };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(loses)> open(loses);
        std::vector<Entry> disjoint;
        std::size_t next = 0;
        Address place;
        while (next < entries_.size() || !open.empty()) {
            if (open.empty()) place = entries_[next].range.begin;
            while (next < entries_.size() && entries_[next].range.begin <= place) open.push(next++);
            const Entry& winner = entries_[open.top()];
            Address until = winner.range.end;
            if (next < entries_.size()) until = std::min(until, entries_[next].range.begin);
            if (place < until) disjoint.push_back({{place, until}, winner.value, winner.origin});
            place = std::max(place, until);
            while (!open.empty() && entries_[open.top()].range.end <= place) open.pop();
        }
        entries_ = std::move(disjoint);
    }

    std::vector<Entry> entries_;
};

}  // namespace pycore
