// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Agglomerative clustering with average linkage over a sparse set of similarities: the two clusters with the
// highest mean similarity between their members become one, until none has the least that is asked for. Pairs
// that are not given count as 0.

#include <cstdint>
#include <vector>

namespace pycore {

struct PairSimilarity {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    double similarity = 0;
};

// The number of its cluster for each of `count` members: the smallest member of that cluster. Ties go to the
// smaller numbers, so that equal input gives equal output.
std::vector<std::uint32_t> cluster_by_average_linkage(std::size_t count, const std::vector<PairSimilarity>& pairs,
                                                      double least_similarity);

}  // namespace pycore
