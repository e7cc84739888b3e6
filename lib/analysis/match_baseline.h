// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which entry of a baseline a cluster is.

#include <optional>
#include <vector>

#include "state/triage.h"

namespace pycore {

// For each cluster the number of its entry: the one that knows most of its inputs' L1 signatures, else the one
// whose samples are most alike, if they are alike enough; else nullopt.
std::vector<std::optional<std::size_t>> match_baseline(const TriagePart& part,
                                                       const std::vector<StackCluster>& clusters,
                                                       const Baseline& baseline);

}  // namespace pycore
