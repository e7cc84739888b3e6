// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Clusters: which stacks of a batch have one cause. Stacks of one L1 signature are together from the start;
// signatures whose stacks are alike enough (stack_similarity) join by average linkage.

#include <vector>

#include "state/triage.h"

namespace pycore {

constexpr std::size_t kClusterIdDigits = 16;
constexpr double kSameCause = 0.75;  // the least mean similarity of stacks that are told as one cause

// In the order of their representatives' keys; nothing in it depends on the order of inputs. The part's stacks
// and inputs are sorted (merge_parts). Fills all of a cluster but its state, and nothing that needs a baseline.
std::vector<StackCluster> cluster_stacks(const TriagePart& part);

// Versions, hosts and ranks of a cluster, from its inputs.
void summarize_inputs(const TriagePart& part, StackCluster& cluster);

}  // namespace pycore
