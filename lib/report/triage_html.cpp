// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "base/compact_ranges.h"
#include "report/html_page.h"
#include "report/triage_stack.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"

namespace pycore {
namespace {

constexpr std::size_t kNamedInputs = 100;

constexpr std::string_view kStyle = R"css(
#clusters { table-layout: fixed; }
#clusters .c-count { width: 5.5rem; } #clusters .c-state { width: 7rem; } #clusters .c-confidence { width: 8rem; }
#clusters .c-versions { width: 12rem; } #clusters .c-id { width: 11rem; }
.state-new, .state-regression { color: var(--bad); font-weight: 600; } .state-ignored { color: var(--dim); }
#clusters summary { font-weight: 500; } #clusters details > :not(summary) { margin-left: 1rem; }
@media (max-width: 60rem) { #clusters { table-layout: auto; } .c-versions, .c-confidence { display: none; } }
)css";

std::string inputs_of(const TriageReport& report, const StackCluster& cluster) {
    std::string text = "<p class=\"mono\">";
    for (std::size_t i = 0; i < std::min(kNamedInputs, cluster.inputs.size()); ++i) {
        if (i > 0) text += "<br>";
        const TriageInput& input = report.part.inputs[cluster.inputs[i]];
        append_html(text, input.path);
        if (input.rank) text += fmt::format(" <span class=\"dim\">rank {}</span>", *input.rank);
    }
    if (cluster.inputs.size() > kNamedInputs)
        text += fmt::format("<br>and {} more", cluster.inputs.size() - kNamedInputs);
    return text + "</p>";
}

// Line by line, because what is escaped has no line break.
std::string stack_of(const StackItem& stack) {
    const std::string all = representative_text(stack, Palette(false));
    std::string out = "<pre>";
    for (std::size_t begin = 0; begin < all.size();) {
        const std::size_t end = std::min(all.find('\n', begin), all.size());
        const std::string_view line = std::string_view(all).substr(begin, end - begin);
        const bool native = line.find("[native]") < 4;
        const bool crash = line.ends_with("<- crashed here");
        if (native || crash) out += crash ? "<span class=\"crash\">" : "<span class=\"native\">";
        append_html(out, line);
        if (native || crash) out += "</span>";
        out += '\n';
        begin = end + 1;
    }
    return out + "</pre>";
}

std::string facts_of(const StackCluster& cluster, const StackItem& stack) {
    std::string text = "<p class=\"dim\">" + html_text(certainty_phrase(cluster));
    if (cluster.stacks.size() > 1) text += fmt::format("; {} different stacks", cluster.stacks.size());
    if (!cluster.hosts.empty()) text += "; hosts " + html_text(hosts_phrase(cluster));
    if (!cluster.ranks.empty()) text += "; ranks " + readable_ranges(cluster.ranks);
    return text + "; shown is " + html_text(stack.sample) + "</p>";
}

std::string row_of(const TriageReport& report, const StackCluster& cluster) {
    const StackItem& stack = report.representative(cluster);
    const std::string id = html_text(cluster.id);
    std::string text =
        fmt::format("<tbody id=\"c-{0}\"><tr><td class=\"number\">{1}</td><td class=\"state-{2}\">{2}</td>", id,
                    cluster.inputs.size(), to_string(cluster.state));
    text += "<td><details><summary>" + html_text(cluster.title) + "</summary>" + facts_of(cluster, stack) +
            stack_of(stack) + inputs_of(report, cluster) + "</details></td>";
    text += "<td class=\"c-confidence\">" + html_text(cluster.confidence) + "</td><td class=\"c-versions\">" +
            html_text(versions_phrase(cluster)) + "</td><td class=\"mono\">" + id + "</td></tr></tbody>\n";
    return text;
}

std::string table_of(const TriageReport& report) {
    std::string text =
        "<div class=\"tools needs-script\"><input class=\"search\" type=\"search\" data-for=\"clusters\" "
        "placeholder=\"search: function, file, version, state, input …\" aria-label=\"search\">"
        "<button type=\"button\" data-open-all=\"clusters\">open all</button>"
        "<button type=\"button\" data-close-all=\"clusters\">close all</button>"
        "<span class=\"dim\" data-count-of=\"clusters\" role=\"status\"></span></div>\n";
    text +=
        "<table id=\"clusters\" class=\"sortable\"><thead><tr><th class=\"number c-count\" data-numeric>inputs</th>"
        "<th class=\"c-state\">state</th><th>cause</th><th class=\"c-confidence\">confidence</th>"
        "<th class=\"c-versions\">versions</th><th class=\"c-id\">id</th></tr></thead>\n";
    for (const StackCluster& cluster : report.clusters) text += row_of(report, cluster);
    return text + "</table>\n";
}

std::string unreadable_of(const TriageReport& report) {
    std::string text;
    for (const TriageInput& input : report.part.inputs) {
        if (input.reason.empty()) continue;
        text += "<li><span class=\"mono\">" + html_text(input.path) + "</span> <span class=\"dim\">" +
                std::string(to_string(input.status)) + "</span>: " + html_text(input.reason) + "</li>\n";
    }
    return text.empty() ? "" : "<h2>Not read, or in part only</h2>\n<ul>\n" + text + "</ul>\n";
}

}  // namespace

std::string write_triage_html(const TriageReport& report, const TriageOptions& options) {
    HtmlPage page;
    page.title = "pycore triage: " + totals_sentence(report);
    page.style = kStyle;
    page.body = "<h1>pycore triage</h1>\n<p>" + html_text(totals_sentence(report)) + "</p>\n";
    if (report.has_baseline && report.known_absent > 0) {
        page.body += "<p class=\"dim\">" + counted(report.known_absent, "known cause") + " did not occur</p>\n";
    }
    if (!report.clusters.empty()) page.body += table_of(report);
    page.body += unreadable_of(report);
    page.body += "<p class=\"dim\">pycore " + html_text(options.tool_version) + "</p>\n";
    return render_html_page(page);
}

}  // namespace pycore
