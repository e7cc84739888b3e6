// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/match_baseline.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "analysis/cluster.h"
#include "analysis/stack_similarity.h"

namespace pycore {
namespace {

constexpr std::size_t kComparedSamples = 3;  // the best ones of an entry make its similarity

using EntryNumber = std::size_t;

// Finds entries by their signatures, and those worth comparing by the frames of their sites.
class BaselineIndex {
public:
    explicit BaselineIndex(const Baseline& baseline) : baseline_(baseline) {
        for (EntryNumber number = 0; number < baseline.entries.size(); ++number) {
            const BaselineEntry& entry = baseline.entries[number];
            for (const std::string& signature : entry.signatures) by_signature_.try_emplace(signature, number);
            for (const BaselineSample& sample : entry.samples) {
                for (const StackToken& token : sample.tokens) {
                    if (token.site) by_site_[token.text].insert(number);
                }
            }
        }
    }

    std::optional<EntryNumber> find(const std::string& signature) const {
        const auto found = by_signature_.find(signature);
        return found == by_signature_.end() ? std::nullopt : std::optional(found->second);
    }

    std::set<EntryNumber> worth_comparing(const std::vector<StackToken>& tokens) const {
        std::set<EntryNumber> numbers;
        for (const StackToken& token : tokens) {
            const auto found = token.site ? by_site_.find(token.text) : by_site_.end();
            if (found != by_site_.end()) numbers.insert(found->second.begin(), found->second.end());
        }
        return numbers;
    }

    const BaselineEntry& entry(EntryNumber number) const { return baseline_.entries[number]; }

private:
    const Baseline& baseline_;
    std::unordered_map<std::string_view, EntryNumber> by_signature_;
    std::unordered_map<std::string_view, std::set<EntryNumber>> by_site_;
};

std::optional<EntryNumber> most_frequent(const std::map<EntryNumber, std::size_t>& counts) {
    std::optional<EntryNumber> best;
    for (const auto& [number, count] : counts) {
        if (!best || count > counts.at(*best)) best = number;
    }
    return best;
}

std::optional<EntryNumber> match_by_signature(const TriagePart& part, const StackCluster& cluster,
                                              const BaselineIndex& index,
                                              const std::unordered_map<std::string_view, std::size_t>& counts) {
    std::map<EntryNumber, std::size_t> known;
    for (const std::size_t stack : cluster.stacks) {
        const auto number = index.find(part.stacks[stack].L1);
        if (number) known[*number] += counts.at(part.stacks[stack].key);
    }
    return most_frequent(known);
}

double similarity_to(const BaselineEntry& entry, const WeightedStack& stack, FrameWeights& weights) {
    std::vector<double> similarities;
    for (const BaselineSample& sample : entry.samples) {
        const WeightedStack known = weights.weigh(sample.tokens, sample.reason);
        similarities.push_back(similarity(stack, known));
    }
    std::sort(similarities.rbegin(), similarities.rend());
    similarities.resize(std::min(similarities.size(), kComparedSamples));
    double sum = 0;
    for (const double value : similarities) sum += value;
    return similarities.empty() ? 0 : sum / static_cast<double>(similarities.size());
}

std::optional<EntryNumber> match_by_similarity(const StackItem& stack, const BaselineIndex& index,
                                               FrameWeights& weights) {
    const WeightedStack weighed = weights.weigh(stack.tokens, stack.reason);
    std::optional<EntryNumber> best;
    double least = kSameCause;
    for (const EntryNumber number : index.worth_comparing(stack.tokens)) {
        const double alike = similarity_to(index.entry(number), weighed, weights);
        if (alike < least || (best && alike == least)) continue;
        best = number;
        least = alike;
    }
    return best;
}

// How common a frame is among the clusters of the batch and the samples of the baseline.
FrameWeights weights_of(const TriagePart& part, const std::vector<StackCluster>& clusters, const Baseline& baseline) {
    std::vector<const std::vector<StackToken>*> stacks;
    for (const StackCluster& cluster : clusters) stacks.push_back(&part.stacks[cluster.stacks.front()].tokens);
    for (const BaselineEntry& entry : baseline.entries) {
        if (!entry.samples.empty()) stacks.push_back(&entry.samples.front().tokens);
    }
    return FrameWeights(stacks);
}

}  // namespace

std::vector<std::optional<std::size_t>> match_baseline(const TriagePart& part,
                                                       const std::vector<StackCluster>& clusters,
                                                       const Baseline& baseline) {
    std::unordered_map<std::string_view, std::size_t> counts;
    for (const TriageInput& input : part.inputs) ++counts[input.stack];
    const BaselineIndex index(baseline);
    FrameWeights weights = weights_of(part, clusters, baseline);
    std::vector<std::optional<std::size_t>> matches;
    for (const StackCluster& cluster : clusters) {
        auto match = match_by_signature(part, cluster, index, counts);
        if (!match) match = match_by_similarity(part.stacks[cluster.stacks.front()], index, weights);
        matches.push_back(match);
    }
    return matches;
}

}  // namespace pycore
