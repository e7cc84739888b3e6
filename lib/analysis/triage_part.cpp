// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/triage_part.h"

#include <algorithm>
#include <iterator>
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

// A stack whose inputs were all told otherwise by another part.
void drop_unused(TriagePart& part) {
    std::unordered_set<std::string_view> used;
    for (const TriageInput& input : part.inputs) used.insert(input.stack);
    std::erase_if(part.stacks, [&](const StackItem& stack) { return !used.contains(stack.key); });
}

}  // namespace

void PartMerger::add(TriagePart part) {
    std::move(part.inputs.begin(), part.inputs.end(), std::back_inserter(inputs_));
    for (StackItem& stack : part.stacks) {
        const auto [place, added] = stacks_.try_emplace(stack.key);
        if (added || comes_first(stack, place->second)) place->second = std::move(stack);
    }
}

TriagePart PartMerger::take() && {
    TriagePart all;
    all.inputs = std::move(inputs_);
    std::sort(all.inputs.begin(), all.inputs.end(),
              [](const TriageInput& a, const TriageInput& b) { return comes_first(a, b); });
    const auto same_path = [](const TriageInput& a, const TriageInput& b) { return a.path == b.path; };
    all.inputs.erase(std::unique(all.inputs.begin(), all.inputs.end(), same_path), all.inputs.end());
    for (auto& [key, stack] : stacks_) all.stacks.push_back(std::move(stack));
    std::sort(all.stacks.begin(), all.stacks.end(),
              [](const StackItem& a, const StackItem& b) { return a.key < b.key; });
    drop_unused(all);
    return all;
}

TriagePart merge_parts(std::vector<TriagePart> parts) {
    PartMerger merger;
    for (TriagePart& part : parts) merger.add(std::move(part));
    return std::move(merger).take();
}

}  // namespace pycore
