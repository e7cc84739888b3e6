// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// IntervalMap finds the value whose address range holds an address, in O(log n). Built once, read
// often. Where ranges overlap (a hostile dump), the one that begins last wins.

#include <algorithm>
#include <utility>
#include <vector>

#include "base/address.h"

namespace pycore {

template <typename T>
class IntervalMap {
public:
    struct Entry {
        AddressRange range;
        T value;
    };

    void add(AddressRange range, T value) {
        if (range.size_bytes() == 0) return;
        entries_.push_back({range, std::move(value)});
        sorted_ = entries_.size() < 2 || (sorted_ && entries_[entries_.size() - 2].range.begin <= range.begin);
    }

    // Call after the last add() and before the first find().
    void seal() {
        if (!sorted_) {
            std::stable_sort(entries_.begin(), entries_.end(),
                             [](const Entry& a, const Entry& b) { return a.range.begin < b.range.begin; });
        }
        sorted_ = true;
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

    const std::vector<Entry>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }

private:
    auto first_after(Address address) const {
        return std::upper_bound(entries_.begin(), entries_.end(), address,
                                [](Address a, const Entry& e) { return a < e.range.begin; });
    }

    std::vector<Entry> entries_;
    bool sorted_ = true;
};

}  // namespace pycore
