// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "base/compact_ranges.h"
#include "report/escape.h"
#include "report/palette.h"
#include "report/text_parts.h"
#include "report/triage_stack.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"

namespace pycore {
namespace {

constexpr std::size_t kFullyTold = 10;   // clusters with their stacks, without -v
constexpr std::size_t kNamedInputs = 6;  // of a cluster
constexpr std::size_t kNamedLost = 20;   // inputs that could not be read, without -v

Paint paint_of(ClusterState state) {
    switch (state) {
        case ClusterState::New:
        case ClusterState::Regression: return Paint::Crash;
        case ClusterState::Known: return Paint::Header;
        case ClusterState::Ignored: break;
    }
    return Paint::Dim;
}

std::string state_word(ClusterState state) {
    return state == ClusterState::Regression ? "back" : std::string(to_string(state));
}

// One line a cluster: what a reader of two hundred cores wants first.
std::string overview(const TriageReport& report, const Palette& palette) {
    std::size_t width = 1;
    for (const StackCluster& cluster : report.clusters)
        width = std::max(width, std::to_string(cluster.inputs.size()).size());
    std::string text;
    for (const StackCluster& cluster : report.clusters) {
        text += fmt::format("  {:>{}} x  {}  {}  {}\n", cluster.inputs.size(), width,
                            palette.paint(paint_of(cluster.state), fmt::format("{:<7}", state_word(cluster.state))),
                            palette.paint(Paint::Dim, escape(cluster.id)), escape(cluster.title));
    }
    return text;
}

std::string inputs_line(const TriageReport& report, const StackCluster& cluster, bool all) {
    std::vector<std::string> names;
    const std::size_t shown = all ? cluster.inputs.size() : std::min(kNamedInputs, cluster.inputs.size());
    for (std::size_t i = 0; i < shown; ++i) names.push_back(escape(report.part.inputs[cluster.inputs[i]].path));
    std::string text = join(names, ", ");
    if (shown < cluster.inputs.size()) text += fmt::format(" and {} more", cluster.inputs.size() - shown);
    return text;
}

std::string facts_line(const StackCluster& cluster) {
    std::vector<std::string> facts;
    if (!cluster.versions.empty()) facts.push_back(escape(versions_phrase(cluster)));
    if (!cluster.hosts.empty()) facts.push_back("on " + escape(hosts_phrase(cluster)));
    if (!cluster.ranks.empty()) facts.push_back("ranks " + readable_ranges(cluster.ranks));
    facts.push_back(escape(certainty_phrase(cluster)));
    return join(facts, "; ");
}

std::string details(const TriageReport& report, const StackCluster& cluster, const TriageOptions& options,
                    const Palette& palette) {
    std::string text = "\n" + palette.paint(Paint::Header, escape(cluster.title));
    text += fmt::format("  ({}, {})\n", state_word(cluster.state), escape(cluster.id));
    text +=
        palette.paint(Paint::Dim, fmt::format("  {}: {}\n  {}\n", counted(cluster.inputs.size(), "input"),
                                              inputs_line(report, cluster, options.everything), facts_line(cluster)));
    return text + representative_text(report.representative(cluster), palette);
}

std::string lost_inputs(const TriageReport& report, bool all, const Palette& palette) {
    std::string text;
    std::size_t count = 0;
    for (const TriageInput& input : report.part.inputs) {
        if (input.status != InputStatus::Unreadable) continue;
        if (++count <= kNamedLost || all) text += fmt::format("  {}: {}\n", escape(input.path), escape(input.reason));
    }
    if (count == 0) return {};
    if (count > kNamedLost && !all) text += fmt::format("  and {} more; -v names them\n", count - kNamedLost);
    return "\n" + palette.paint(Paint::Header, "Unreadable") + "\n" + text;
}

}  // namespace

std::string write_triage_text(const TriageReport& report, const TriageOptions& options) {
    const Palette palette(options.color);
    std::string text = palette.paint(Paint::Header, totals_sentence(report)) + "\n";
    if (report.known_absent > 0) {
        text += palette.paint(Paint::Dim, counted(report.known_absent, "known cause") + " did not occur") + "\n";
    }
    if (!report.clusters.empty()) text += "\n" + overview(report, palette);
    const std::size_t told = options.everything ? report.clusters.size() : std::min(kFullyTold, report.clusters.size());
    for (std::size_t i = 0; i < told; ++i) text += details(report, report.clusters[i], options, palette);
    if (told < report.clusters.size()) {
        text += fmt::format("\nThe stacks of {} more: -v\n", counted(report.clusters.size() - told, "cause"));
    }
    return text + lost_inputs(report, options.everything, palette);
}

}  // namespace pycore
