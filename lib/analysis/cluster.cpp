// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/cluster.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "analysis/average_linkage.h"
#include "analysis/candidate_pairs.h"
#include "analysis/stack_similarity.h"

namespace pycore {
namespace {

constexpr std::size_t kSpeakers = 4;         // stacks that a signature is compared by
constexpr std::size_t kComparedInside = 64;  // stacks that a cluster's representative is compared to
constexpr double kClearMargin = 0.15;

// Stacks of one L1 signature; the one with the most inputs first, then by key.
struct SignatureGroup {
    std::vector<std::uint32_t> stacks;
    std::vector<std::uint32_t> speakers;  // numbers of the weighted stacks
};

std::vector<std::size_t> count_inputs(const TriagePart& part) {
    std::unordered_map<std::string_view, std::size_t> counts;
    for (const TriageInput& input : part.inputs) ++counts[input.stack];
    std::vector<std::size_t> by_stack;
    for (const StackItem& stack : part.stacks) by_stack.push_back(counts[stack.key]);
    return by_stack;
}

std::vector<SignatureGroup> group_by_signature(const TriagePart& part, const std::vector<std::size_t>& counts) {
    std::map<std::string_view, SignatureGroup> groups;
    for (std::uint32_t i = 0; i < part.stacks.size(); ++i) groups[part.stacks[i].L1].stacks.push_back(i);
    std::vector<SignatureGroup> sorted;
    for (auto& [signature, group] : groups) {
        std::stable_sort(group.stacks.begin(), group.stacks.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
        sorted.push_back(std::move(group));
    }
    return sorted;
}

// Everything that comparing the signatures of one batch needs.
class Batch {
public:
    explicit Batch(const TriagePart& part)
        : part_(part),
          counts_(count_inputs(part)),
          groups_(group_by_signature(part, counts_)),
          weights_(first_stacks()) {
        for (std::uint32_t number = 0; number < groups_.size(); ++number) {
            SignatureGroup& group = groups_[number];
            for (std::size_t i = 0; i < std::min(kSpeakers, group.stacks.size()); ++i) {
                group.speakers.push_back(static_cast<std::uint32_t>(speakers_.size()));
                speakers_.push_back(weigh(group.stacks[i]));
                group_of_.push_back(number);
            }
        }
    }

    const std::vector<SignatureGroup>& groups() const { return groups_; }
    std::size_t inputs_of(std::uint32_t stack) const { return counts_[stack]; }
    WeightedStack weigh(std::uint32_t stack) {
        return weights_.weigh(part_.stacks[stack].tokens, part_.stacks[stack].reason);
    }

    // The mean similarity between the speakers of each two signatures that are worth comparing.
    std::vector<PairSimilarity> compare_signatures() {
        std::vector<StackPair> pairs;
        for (const auto& [a, b] : find_candidate_pairs(speakers_, weights_)) {
            const StackPair groups = std::minmax(group_of_[a], group_of_[b]);
            if (groups.first != groups.second) pairs.push_back(groups);
        }
        std::sort(pairs.begin(), pairs.end());
        pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
        StackComparer comparer;
        std::vector<PairSimilarity> similarities;
        for (auto pair = pairs.begin(); pair != pairs.end();) {
            const auto end =
                std::find_if(pair, pairs.end(), [&](const StackPair& p) { return p.first != pair->first; });
            compare_to_all(comparer, pair, end, similarities);
            pair = end;
        }
        return similarities;
    }

private:
    using Place = std::vector<StackPair>::const_iterator;

    // One row of the pairs: a signature and those that it is compared to.
    void compare_to_all(StackComparer& comparer, Place begin, Place end, std::vector<PairSimilarity>& similarities) {
        const std::size_t row = similarities.size();
        for (Place pair = begin; pair != end; ++pair) similarities.push_back({pair->first, pair->second, 0});
        const auto& own = groups_[begin->first].speakers;
        for (const std::uint32_t speaker : own) {
            comparer.begin(speakers_[speaker]);
            for (std::size_t i = row; i < similarities.size(); ++i) {
                for (const std::uint32_t other : groups_[similarities[i].b].speakers) {
                    similarities[i].similarity += comparer.similarity_to(speakers_[other]);
                }
            }
            comparer.end();
        }
        for (std::size_t i = row; i < similarities.size(); ++i) {
            similarities[i].similarity /= static_cast<double>(own.size() * groups_[similarities[i].b].speakers.size());
        }
    }

    // A bug with many variants would make its own frames look common: each signature counts once.
    std::vector<const std::vector<StackToken>*> first_stacks() const {
        std::vector<const std::vector<StackToken>*> stacks;
        for (const SignatureGroup& group : groups_) stacks.push_back(&part_.stacks[group.stacks.front()].tokens);
        return stacks;
    }

    const TriagePart& part_;
    std::vector<std::size_t> counts_;
    std::vector<SignatureGroup> groups_;
    FrameWeights weights_;
    std::vector<WeightedStack> speakers_;
    std::vector<std::uint32_t> group_of_;  // of a speaker
};

// The stacks of the signatures of one cluster: the one with the most inputs first, the others by key.
std::vector<std::size_t> stacks_of(const Batch& batch, const std::vector<std::uint32_t>& groups) {
    std::vector<std::size_t> stacks;
    for (const std::uint32_t group : groups) {
        const auto& own = batch.groups()[group].stacks;
        stacks.insert(stacks.end(), own.begin(), own.end());
    }
    std::sort(stacks.begin(), stacks.end());
    const auto first = std::max_element(stacks.begin(), stacks.end(), [&](std::size_t a, std::size_t b) {
        return batch.inputs_of(static_cast<std::uint32_t>(a)) < batch.inputs_of(static_cast<std::uint32_t>(b));
    });
    std::rotate(stacks.begin(), first, first + 1);
    return stacks;
}

double cohesion_of(Batch& batch, const StackCluster& cluster) {
    if (cluster.stacks.size() == 1) return 1;
    const WeightedStack first = batch.weigh(static_cast<std::uint32_t>(cluster.stacks.front()));
    const std::size_t compared = std::min(cluster.stacks.size(), kComparedInside);
    double sum = 0;
    StackComparer comparer;
    comparer.begin(first);
    for (std::size_t i = 1; i < compared; ++i) {
        sum += comparer.similarity_to(batch.weigh(static_cast<std::uint32_t>(cluster.stacks[i])));
    }
    return sum / static_cast<double>(compared - 1);
}

// The mean similarity of each cluster to the one that is nearest to it.
void find_nearest(std::vector<StackCluster>& clusters, const std::vector<std::uint32_t>& cluster_of,
                  const std::vector<PairSimilarity>& pairs, const std::vector<std::size_t>& sizes) {
    std::map<StackPair, double> sums;
    for (const PairSimilarity& pair : pairs) {
        const StackPair between = std::minmax(cluster_of[pair.a], cluster_of[pair.b]);
        if (between.first != between.second) sums[between] += pair.similarity;
    }
    std::vector<double> best(clusters.size(), 0);
    const auto take = [&](std::uint32_t a, std::uint32_t b, double mean) {
        if (mean <= best[a]) return;
        best[a] = mean;
        clusters[a].nearest = clusters[b].id;
    };
    for (const auto& [between, sum] : sums) {
        const double mean = sum / static_cast<double>(sizes[between.first] * sizes[between.second]);
        take(between.first, between.second, mean);
        take(between.second, between.first, mean);
    }
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        clusters[i].margin = std::max(0.0, clusters[i].cohesion - best[i]);
        if (clusters[i].margin < kClearMargin && clusters[i].confidence == "high") clusters[i].confidence = "medium";
    }
}

std::vector<ClusterShare> sorted_shares(const std::map<std::string, std::size_t>& counts) {
    std::vector<ClusterShare> shares;
    for (const auto& [what, count] : counts) shares.push_back({what, count});
    std::stable_sort(shares.begin(), shares.end(),
                     [](const ClusterShare& a, const ClusterShare& b) { return a.count > b.count; });
    return shares;
}

void fill_in_inputs(const TriagePart& part, std::vector<StackCluster>& clusters) {
    std::unordered_map<std::string_view, std::size_t> cluster_of;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        for (const std::size_t stack : clusters[i].stacks) cluster_of[part.stacks[stack].key] = i;
    }
    for (std::size_t i = 0; i < part.inputs.size(); ++i) {
        const auto found = cluster_of.find(part.inputs[i].stack);
        if (found != cluster_of.end()) clusters[found->second].inputs.push_back(i);
    }
}

}  // namespace

void summarize_inputs(const TriagePart& part, StackCluster& cluster) {
    std::map<std::string, std::size_t> versions;
    std::map<std::string, std::size_t> hosts;
    cluster.ranks.clear();
    for (const std::size_t number : cluster.inputs) {
        const TriageInput& input = part.inputs[number];
        if (input.version) ++versions[*input.version];
        if (input.host) ++hosts[*input.host];
        if (input.rank) cluster.ranks.push_back(*input.rank);
    }
    std::sort(cluster.ranks.begin(), cluster.ranks.end());
    cluster.ranks.erase(std::unique(cluster.ranks.begin(), cluster.ranks.end()), cluster.ranks.end());
    cluster.versions = sorted_shares(versions);
    cluster.hosts = sorted_shares(hosts);
}

std::vector<StackCluster> cluster_stacks(const TriagePart& part) {
    Batch batch(part);
    const auto pairs = batch.compare_signatures();
    const auto owners = cluster_by_average_linkage(batch.groups().size(), pairs, kSameCause);
    std::map<std::uint32_t, std::vector<std::uint32_t>> members;
    for (std::uint32_t group = 0; group < owners.size(); ++group) members[owners[group]].push_back(group);
    std::vector<StackCluster> clusters;
    std::vector<std::uint32_t> cluster_of(owners.size());
    std::vector<std::size_t> sizes;
    for (const auto& [owner, groups] : members) {
        for (const std::uint32_t group : groups) cluster_of[group] = static_cast<std::uint32_t>(clusters.size());
        sizes.push_back(groups.size());
        StackCluster& cluster = clusters.emplace_back();
        cluster.stacks = stacks_of(batch, groups);
        const StackItem& first = part.stacks[cluster.stacks.front()];
        cluster.id = first.L1.substr(0, kClusterIdDigits);
        cluster.title = first.title;
        cluster.confidence = first.confidence;
        cluster.cohesion = cohesion_of(batch, cluster);
    }
    find_nearest(clusters, cluster_of, pairs, sizes);
    fill_in_inputs(part, clusters);
    for (StackCluster& cluster : clusters) summarize_inputs(part, cluster);
    return clusters;
}

}  // namespace pycore
