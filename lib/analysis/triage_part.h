// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The union of the parts of a triage: the same in any order and grouping.

#include <string>
#include <unordered_map>
#include <vector>

#include "state/triage.h"

namespace pycore {

// Takes parts as they come and keeps each stack once, so that a million inputs with ten thousand stacks fit.
class PartMerger {
public:
    void add(TriagePart part);
    // Sorted, each path and key once. Of two inputs with one path the one that was read better stays.
    TriagePart take() &&;

private:
    std::vector<TriageInput> inputs_;
    std::unordered_map<std::string, StackItem> stacks_;
};

TriagePart merge_parts(std::vector<TriagePart> parts);

}  // namespace pycore
