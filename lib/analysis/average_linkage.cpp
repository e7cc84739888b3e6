// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/average_linkage.h"

#include <map>
#include <queue>
#include <tuple>

namespace pycore {
namespace {

struct Link {
    double mean = 0;
    std::uint32_t a = 0;  // < b
    std::uint32_t b = 0;
    std::uint32_t age = 0;  // of both clusters together: a link of clusters that grew since is stale

    // The queue gives the greatest first.
    bool operator<(const Link& other) const { return std::tie(mean, other.a, other.b) < std::tie(other.mean, a, b); }
};

class Linkage {
public:
    Linkage(std::size_t count, const std::vector<PairSimilarity>& pairs, double least)
        : least_(least), size_(count, 1), age_(count, 0), owner_(count), sums_(count) {
        for (std::uint32_t i = 0; i < count; ++i) owner_[i] = i;
        for (const PairSimilarity& pair : pairs) {
            if (pair.a == pair.b) continue;
            sums_[pair.a][pair.b] = sums_[pair.b][pair.a] = pair.similarity;
            if (pair.similarity >= least) offer(std::min(pair.a, pair.b), std::max(pair.a, pair.b));
        }
    }

    void run() {
        while (!queue_.empty()) {
            const Link link = queue_.top();
            queue_.pop();
            const bool alive = owner_[link.a] == link.a && owner_[link.b] == link.b;
            if (alive && link.age == age_[link.a] + age_[link.b]) join(link.a, link.b);
        }
    }

    std::vector<std::uint32_t> owners() {
        for (std::uint32_t i = 0; i < owner_.size(); ++i) owner_[i] = owner_[owner_[i]];
        return owner_;
    }

private:
    void offer(std::uint32_t a, std::uint32_t b) {
        const double mean = sums_[a][b] / (static_cast<double>(size_[a]) * static_cast<double>(size_[b]));
        if (mean >= least_) queue_.push({mean, a, b, age_[a] + age_[b]});
    }

    // b becomes part of a, the smaller number.
    void join(std::uint32_t a, std::uint32_t b) {
        owner_[b] = a;
        size_[a] += size_[b];
        age_[a] += age_[b] + 1;
        sums_[a].erase(b);
        for (const auto& [other, sum] : sums_[b]) {
            if (other == a) continue;
            sums_[other].erase(b);
            sums_[a][other] += sum;
            sums_[other][a] = sums_[a][other];
        }
        sums_[b].clear();
        for (const auto& [other, sum] : sums_[a]) offer(std::min(a, other), std::max(a, other));
    }

    double least_;
    std::vector<std::size_t> size_;
    std::vector<std::uint32_t> age_;
    std::vector<std::uint32_t> owner_;
    std::vector<std::map<std::uint32_t, double>> sums_;  // of the similarities between the members of two clusters
    std::priority_queue<Link> queue_;
};

}  // namespace

std::vector<std::uint32_t> cluster_by_average_linkage(std::size_t count, const std::vector<PairSimilarity>& pairs,
                                                      double least_similarity) {
    Linkage linkage(count, pairs, least_similarity);
    linkage.run();
    return linkage.owners();
}

}  // namespace pycore
