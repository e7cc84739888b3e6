// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "report/triage_stack.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"
#include "report/xml_escape.h"

// JUnit XML as Jenkins, GitLab and GitHub's actions read it: a test case a cluster. What is new or back is a
// failure, what is known or ignored is skipped, an input that cannot be read is an error.

namespace pycore {
namespace {

constexpr std::size_t kNamedInputs = 50;

std::string inputs_text(const TriageReport& report, const StackCluster& cluster) {
    std::string text;
    for (std::size_t i = 0; i < cluster.inputs.size(); ++i) {
        if (i == kNamedInputs) return text + fmt::format("and {} more\n", cluster.inputs.size() - i);
        text += xml_text(report.part.inputs[cluster.inputs[i]].path) + "\n";
    }
    return text;
}

std::string verdict(const StackCluster& cluster, const StackItem& stack) {
    const std::string message = xml_text(cluster.title);
    switch (cluster.state) {
        case ClusterState::Known: return "      <skipped>known</skipped>\n";
        case ClusterState::Ignored: return "      <skipped>ignored</skipped>\n";
        case ClusterState::New:
        case ClusterState::Regression: break;
    }
    return fmt::format("      <failure type=\"{}\" message=\"{}{}\">{}</failure>\n", xml_text(stack.reason),
                       cluster.state == ClusterState::Regression ? "back after a fix: " : "", message,
                       xml_text(representative_text(stack, Palette(false)), true));
}

std::string test_case(const TriageReport& report, const StackCluster& cluster) {
    const StackItem& stack = report.representative(cluster);
    std::string text = fmt::format("    <testcase classname=\"pycore.{}\" name=\"{} [{}]\" time=\"0\">\n",
                                   to_string(cluster.state), xml_text(cluster.title), xml_text(cluster.id));
    text += verdict(cluster, stack);
    text += fmt::format("      <system-out>{}, {}\n{}", counted(cluster.inputs.size(), "input"),
                        xml_text(certainty_phrase(cluster)), inputs_text(report, cluster));
    const std::string versions = versions_phrase(cluster);
    if (!versions.empty()) text += xml_text(versions) + "\n";
    if (!cluster.hosts.empty()) text += "hosts " + xml_text(hosts_phrase(cluster)) + "\n";
    text += xml_text(representative_text(stack, Palette(false)), true);
    return text + "</system-out>\n    </testcase>\n";
}

std::string unreadable_case(const TriageInput& input) {
    const std::string reason = xml_text(input.reason);
    return fmt::format(
        "    <testcase classname=\"pycore.input\" name=\"{}\" time=\"0\">\n"
        "      <error type=\"unreadable\" message=\"{}\"/>\n    </testcase>\n",
        xml_text(input.path), reason);
}

}  // namespace

std::string write_triage_junit(const TriageReport& report, const TriageOptions&) {
    const TriageTotals totals = totals_of(report);
    const std::string counts =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", totals.clusters + totals.unreadable,
                    totals.fresh + totals.regressions, totals.unreadable);
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"pycore triage\" {} time=\"0\">\n"
        "  <testsuite name=\"pycore triage\" {} skipped=\"{}\" time=\"0\">\n",
        counts, counts, totals.known + totals.ignored);
    for (const StackCluster& cluster : report.clusters) out += test_case(report, cluster);
    for (const TriageInput& input : report.part.inputs) {
        if (input.status == InputStatus::Unreadable) out += unreadable_case(input);
    }
    return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace pycore
