// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/triage_stack.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"

// Markdown for the summary of a CI step or a comment on a pull request. Both have a limit, so the totals come
// first, then a table, then the stacks, and what does not fit is counted. Text out of a dump stands in code, where
// nothing is a link, a mention or markup.

namespace pycore {
namespace {

constexpr std::size_t kRoomForNotes = 2000;  // bytes at the end, for what was left out
constexpr std::size_t kNamedUnreadable = 20;
constexpr std::size_t kNamedInputs = 10;

// Every punctuation mark as a character reference: none can begin or end anything.
std::string code(std::string_view text) {
    std::string out = "<code>";
    for (const char c : escape(text)) {
        const bool mark = c >= 0x21 && c < 0x7f && std::isalnum(static_cast<unsigned char>(c)) == 0;
        out += mark && c != '.' && c != ',' ? fmt::format("&#{};", static_cast<int>(c)) : std::string(1, c);
    }
    return out + "</code>";
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "…";
}

std::string fenced(const std::string& text) {
    std::size_t longest = 2, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    return fence + "text\n" + text + fence + "\n";
}

std::string_view mark_of(ClusterState state) {
    switch (state) {
        case ClusterState::Regression: return "🔴 back";
        case ClusterState::New: return "🆕 new";
        case ClusterState::Known: return "known";
        case ClusterState::Ignored: break;
    }
    return "ignored";
}

std::string row_of(const StackCluster& cluster) {
    return fmt::format("| {} | {} | {} | {} |\n", cluster.inputs.size(), mark_of(cluster.state),
                       code(shortened(cluster.title, 200)), code(cluster.id));
}

std::string inputs_of(const TriageReport& report, const StackCluster& cluster) {
    std::string text;
    for (std::size_t i = 0; i < std::min(kNamedInputs, cluster.inputs.size()); ++i) {
        text += (i == 0 ? "" : ", ") + code(shortened(report.part.inputs[cluster.inputs[i]].path, 300));
    }
    if (cluster.inputs.size() > kNamedInputs) text += fmt::format(" and {} more", cluster.inputs.size() - kNamedInputs);
    return text;
}

std::string details_of(const TriageReport& report, const StackCluster& cluster) {
    std::string text = fmt::format("\n<details><summary>{} x {} {}</summary>\n\n", cluster.inputs.size(),
                                   mark_of(cluster.state), code(shortened(cluster.title, 200)));
    text += inputs_of(report, cluster) + "\n\n";
    const std::string versions = versions_phrase(cluster);
    if (!versions.empty()) text += code(versions) + "; ";
    if (!cluster.hosts.empty()) text += "hosts " + code(hosts_phrase(cluster)) + "; ";
    text += certainty_phrase(cluster) + "\n\n";
    return text + fenced(representative_text(report.representative(cluster), Palette(false))) + "\n</details>\n";
}

std::string unreadable_of(const TriageReport& report) {
    std::string text;
    std::size_t count = 0;
    for (const TriageInput& input : report.part.inputs) {
        if (input.status != InputStatus::Unreadable || ++count > kNamedUnreadable) continue;
        text += "- " + code(shortened(input.path, 300)) + ": " + code(shortened(input.reason, 300)) + "\n";
    }
    if (count == 0) return {};
    if (count > kNamedUnreadable) text += fmt::format("- and {} more\n", count - kNamedUnreadable);
    return "\n**Unreadable**\n\n" + text;
}

// "and 12 more causes with 30 inputs" of those from `first` on.
std::string rest_of(const TriageReport& report, std::size_t first, std::string_view where) {
    if (first >= report.clusters.size()) return {};
    std::size_t inputs = 0;
    for (std::size_t i = first; i < report.clusters.size(); ++i) inputs += report.clusters[i].inputs.size();
    return fmt::format("\n_{} with {} left out of {}: no room._\n", counted(report.clusters.size() - first, "cause"),
                       counted(inputs, "input"), where);
}

}  // namespace

std::string write_triage_markdown(const TriageReport& report, const TriageOptions& options) {
    const std::size_t most = options.max_bytes == 0 ? std::size_t{1'000'000} : options.max_bytes;
    const std::string unreadable = unreadable_of(report);
    const std::size_t reserved = kRoomForNotes + unreadable.size();
    std::string out = "### pycore triage\n\n" + totals_sentence(report) + "\n";
    if (!report.clusters.empty()) out += "\n| inputs | state | cause | id |\n| ---: | --- | --- | --- |\n";
    std::size_t row = 0;
    for (; row < report.clusters.size(); ++row) {
        const std::string text = row_of(report.clusters[row]);
        if (out.size() + text.size() + reserved > most / 2 && out.size() + text.size() + kRoomForNotes > most / 2)
            break;
        out += text;
    }
    out += rest_of(report, row, "the table");
    std::size_t detail = 0;
    for (; detail < report.clusters.size(); ++detail) {
        const std::string text = details_of(report, report.clusters[detail]);
        if (out.size() + text.size() + reserved > most) break;
        out += text;
    }
    out += rest_of(report, detail, "the stacks");
    if (out.size() + unreadable.size() <= most) return out + unreadable;
    const std::string note = fmt::format("\n{} unreadable\n", totals_of(report).unreadable);
    return out.size() + note.size() <= most ? out + note : out;
}

}  // namespace pycore
