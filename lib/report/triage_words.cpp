// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/triage_words.h"

#include <fmt/format.h>

#include "report/text_parts.h"

namespace pycore {
namespace {

std::string shares_phrase(const std::vector<ClusterShare>& shares) {
    constexpr std::size_t kNamed = 8;
    std::vector<std::string> words;
    for (const ClusterShare& share : shares) {
        if (words.size() == kNamed) break;
        words.push_back(share.count == 1 ? share.what : fmt::format("{} ({})", share.what, share.count));
    }
    if (shares.size() > kNamed) words.push_back(fmt::format("{} more", shares.size() - kNamed));
    return join(words, ", ");
}

}  // namespace

std::string_view to_string(InputStatus status) {
    switch (status) {
        case InputStatus::Read: return "read";
        case InputStatus::Partial: return "partial";
        case InputStatus::Unreadable: break;
    }
    return "unreadable";
}

std::string_view to_string(ClusterState state) {
    switch (state) {
        case ClusterState::New: return "new";
        case ClusterState::Known: return "known";
        case ClusterState::Regression: return "regression";
        case ClusterState::Ignored: break;
    }
    return "ignored";
}

std::string_view to_string(BaselineStatus status) {
    switch (status) {
        case BaselineStatus::Known: return "known";
        case BaselineStatus::Fixed: return "fixed";
        case BaselineStatus::Ignored: break;
    }
    return "ignored";
}

std::optional<InputStatus> input_status_from(std::string_view word) {
    for (const auto status : {InputStatus::Read, InputStatus::Partial, InputStatus::Unreadable}) {
        if (to_string(status) == word) return status;
    }
    return std::nullopt;
}

std::optional<BaselineStatus> baseline_status_from(std::string_view word) {
    for (const auto status : {BaselineStatus::Known, BaselineStatus::Fixed, BaselineStatus::Ignored}) {
        if (to_string(status) == word) return status;
    }
    return std::nullopt;
}

TriageTotals totals_of(const TriageReport& report) {
    TriageTotals totals;
    totals.inputs = report.part.inputs.size();
    for (const TriageInput& input : report.part.inputs) {
        if (input.status == InputStatus::Partial) ++totals.partial;
        if (input.status == InputStatus::Unreadable) ++totals.unreadable;
    }
    totals.clusters = report.clusters.size();
    for (const StackCluster& cluster : report.clusters) {
        switch (cluster.state) {
            case ClusterState::New: ++totals.fresh; break;
            case ClusterState::Known: ++totals.known; break;
            case ClusterState::Regression: ++totals.regressions; break;
            case ClusterState::Ignored: ++totals.ignored; break;
        }
    }
    return totals;
}

Completeness completeness_of(const TriageTotals& totals) {
    if (totals.unreadable == totals.inputs) return Completeness::None;
    return totals.partial + totals.unreadable > 0 ? Completeness::Partial : Completeness::Complete;
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string totals_sentence(const TriageReport& report) {
    const TriageTotals totals = totals_of(report);
    std::string text = counted(totals.inputs, "input");
    if (totals.unreadable > 0) text += fmt::format(", {} unreadable", totals.unreadable);
    if (totals.partial > 0) text += fmt::format(", {} read in part", totals.partial);
    text += ": " + counted(totals.clusters, "cause");
    if (!report.has_baseline || totals.clusters == 0) return text;
    std::vector<std::string> states;
    if (totals.regressions > 0) states.push_back(fmt::format("{} back after a fix", totals.regressions));
    if (totals.fresh > 0) states.push_back(fmt::format("{} new", totals.fresh));
    if (totals.known > 0) states.push_back(fmt::format("{} known", totals.known));
    if (totals.ignored > 0) states.push_back(fmt::format("{} ignored", totals.ignored));
    return text + " (" + join(states, ", ") + ")";
}

std::string versions_phrase(const StackCluster& cluster) {
    const std::string shares = shares_phrase(cluster.versions);
    return shares.empty() ? "" : "CPython " + shares;
}

std::string hosts_phrase(const StackCluster& cluster) { return shares_phrase(cluster.hosts); }

std::string certainty_phrase(const StackCluster& cluster) {
    std::string text = "confidence " + cluster.confidence;
    if (cluster.nearest) text += fmt::format(", {:.2f} ahead of {}", cluster.margin, *cluster.nearest);
    return text;
}

}  // namespace pycore
