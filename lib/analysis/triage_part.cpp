// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/triage_part.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace pycore {
namespace {

int rank_of(InputStatus status) { return static_cast<int>(status); }

// Whatever differs decides, so that no order of arrival does.
bool comes_first(const TriageInput& a, const TriageInput& b) {
    const auto key = [](const TriageInput& input) {
        return std::make_tuple(std::cref(input.path), rank_of(input.status), std::cref(input.stack),
                               std::cref(input.reason), std::cref(input.version), std::cref(input.executable),
                               std::cref(input.host), std::cref(input.rank), std::cref(input.time));
    };
    return key(a) < key(b);
}

bool comes_first(const StackItem& a, const StackItem& b) {
    return std::tie(a.key, a.sample, a.L3, a.L1, a.L0, a.title) < std::tie(b.key, b.sample, b.L3, b.L1, b.L0, b.title);
}

template <typename Item, typename Same>
void sort_and_keep_first(std::vector<Item>& items, Same same) {
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return comes_first(a, b); });
    items.erase(std::unique(items.begin(), items.end(), same), items.end());
}

// A stack whose inputs were all told otherwise by another part.
void drop_unused(TriagePart& part) {
    std::unordered_set<std::string_view> used;
    for (const TriageInput& input : part.inputs) used.insert(input.stack);
    std::erase_if(part.stacks, [&](const StackItem& stack) { return !used.contains(stack.key); });
}

}  // namespace

TriagePart merge_parts(std::vector<TriagePart> parts) {
    TriagePart all;
    for (TriagePart& part : parts) {
        std::move(part.inputs.begin(), part.inputs.end(), std::back_inserter(all.inputs));
        std::move(part.stacks.begin(), part.stacks.end(), std::back_inserter(all.stacks));
    }
    sort_and_keep_first(all.inputs, [](const TriageInput& a, const TriageInput& b) { return a.path == b.path; });
    sort_and_keep_first(all.stacks, [](const StackItem& a, const StackItem& b) { return a.key == b.key; });
    drop_unused(all);
    return all;
}

}  // namespace pycore
