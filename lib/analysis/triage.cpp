// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/triage.h"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/cluster.h"
#include "analysis/match_baseline.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxSignatures = 256;  // of one entry
constexpr std::size_t kMaxSamples = 3;

ClusterState state_of(BaselineStatus status) {
    switch (status) {
        case BaselineStatus::Fixed: return ClusterState::Regression;
        case BaselineStatus::Ignored: return ClusterState::Ignored;
        case BaselineStatus::Known: break;
    }
    return ClusterState::Known;
}

int urgency(ClusterState state) {
    switch (state) {
        case ClusterState::Regression: return 0;
        case ClusterState::New: return 1;
        case ClusterState::Known: return 2;
        case ClusterState::Ignored: return 3;
    }
    return 4;
}

// The smaller one's stacks and inputs become part of the larger one.
void join(StackCluster& into, StackCluster&& other) {
    if (other.inputs.size() > into.inputs.size()) std::swap(into, other);
    into.stacks.insert(into.stacks.end(), other.stacks.begin(), other.stacks.end());
    std::sort(into.stacks.begin() + 1, into.stacks.end());
    into.inputs.insert(into.inputs.end(), other.inputs.begin(), other.inputs.end());
    std::sort(into.inputs.begin(), into.inputs.end());
    into.cohesion = std::min(into.cohesion, other.cohesion);
    into.margin = std::min(into.margin, other.margin);
}

void name_as_known(StackCluster& cluster, const BaselineEntry& entry) {
    cluster.id = entry.id;
    cluster.state = state_of(entry.status);
    if (!entry.title.empty()) cluster.title = entry.title;
}

std::vector<StackCluster> apply_baseline(const TriagePart& part, std::vector<StackCluster> clusters,
                                         const Baseline& baseline) {
    const auto matches = match_baseline(part, clusters, baseline);
    std::map<std::string, std::string> renamed;
    std::map<std::size_t, StackCluster> known;
    std::vector<StackCluster> result;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        if (!matches[i]) {
            result.push_back(std::move(clusters[i]));
            continue;
        }
        renamed[clusters[i].id] = baseline.entries[*matches[i]].id;
        const auto [place, added] = known.try_emplace(*matches[i]);
        added ? void(place->second = std::move(clusters[i])) : join(place->second, std::move(clusters[i]));
    }
    for (auto& [number, cluster] : known) {
        name_as_known(cluster, baseline.entries[number]);
        summarize_inputs(part, cluster);
        result.push_back(std::move(cluster));
    }
    for (StackCluster& cluster : result) {
        if (!cluster.nearest) continue;
        const auto found = renamed.find(*cluster.nearest);
        if (found != renamed.end()) cluster.nearest = found->second;
        if (*cluster.nearest == cluster.id) cluster.nearest.reset();
    }
    return result;
}

// The new id of a cluster is free, or else made so: a hand-written baseline may hold it for another one.
void keep_ids_apart(std::vector<StackCluster>& clusters, const Baseline& baseline) {
    std::set<std::string> taken;
    for (const BaselineEntry& entry : baseline.entries) taken.insert(entry.id);
    for (StackCluster& cluster : clusters) {
        if (cluster.state != ClusterState::New) continue;
        const std::string id = cluster.id;
        for (int copy = 2; !taken.insert(cluster.id).second; ++copy) cluster.id = id + "-" + std::to_string(copy);
    }
}

void add_signature(BaselineEntry& entry, const std::string& signature) {
    const auto place = std::lower_bound(entry.signatures.begin(), entry.signatures.end(), signature);
    if (place != entry.signatures.end() && *place == signature) return;
    if (entry.signatures.size() < kMaxSignatures) entry.signatures.insert(place, signature);
}

void learn(BaselineEntry& entry, const TriageReport& report, const StackCluster& cluster) {
    const bool had_samples = !entry.samples.empty();
    for (const std::size_t number : cluster.stacks) {
        const StackItem& stack = report.part.stacks[number];
        add_signature(entry, stack.L1);
        if (!had_samples && entry.samples.size() < kMaxSamples) entry.samples.push_back({stack.reason, stack.tokens});
    }
    for (const std::size_t number : cluster.inputs) {
        const auto time = report.part.inputs[number].time;
        if (!time) continue;
        entry.first_seen = std::min(entry.first_seen.value_or(*time), *time);
        entry.last_seen = std::max(entry.last_seen.value_or(*time), *time);
    }
}

}  // namespace

TriageReport triage(TriagePart part, const std::optional<Baseline>& baseline) {
    TriageReport report;
    report.part = std::move(part);
    report.clusters = cluster_stacks(report.part);
    report.has_baseline = baseline.has_value();
    if (baseline) {
        report.clusters = apply_baseline(report.part, std::move(report.clusters), *baseline);
        keep_ids_apart(report.clusters, *baseline);
    }
    std::sort(report.clusters.begin(), report.clusters.end(), [](const StackCluster& a, const StackCluster& b) {
        const auto key = [](const StackCluster& c) {
            return std::make_pair(urgency(c.state), -static_cast<std::int64_t>(c.inputs.size()));
        };
        return std::make_pair(key(a), std::cref(a.id)) < std::make_pair(key(b), std::cref(b.id));
    });
    if (!baseline) return report;
    const auto occurred = std::count_if(report.clusters.begin(), report.clusters.end(),
                                        [](const StackCluster& cluster) { return cluster.state != ClusterState::New; });
    report.known_absent = baseline->entries.size() - static_cast<std::size_t>(occurred);
    return report;
}

Baseline update_baseline(Baseline baseline, const TriageReport& report) {
    std::map<std::string, BaselineEntry> entries;
    for (BaselineEntry& entry : baseline.entries) {
        const std::string id = entry.id;
        entries.emplace(id, std::move(entry));
    }
    for (const StackCluster& cluster : report.clusters) {
        const auto [place, added] = entries.try_emplace(cluster.id);
        BaselineEntry& entry = place->second;
        if (added) {
            entry.id = cluster.id;
            entry.title = cluster.title;
        }
        if (entry.status == BaselineStatus::Fixed) entry.status = BaselineStatus::Known;
        learn(entry, report, cluster);
    }
    Baseline updated;
    for (auto& [id, entry] : entries) updated.entries.push_back(std::move(entry));
    return updated;
}

}  // namespace pycore
