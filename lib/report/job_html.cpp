// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "base/compact_ranges.h"
#include "report/html_page.h"
#include "report/job_parts.h"
#include "report/job_writer.h"

namespace pycore {
namespace {

constexpr std::size_t kMostCells = 20'000;  // of the strip: beyond that a cell stands for several ranks

constexpr std::string_view kStyle = R"css(
.strip { display: flex; flex-wrap: wrap; gap: 1px; margin: .6rem 0; }
.strip a { width: .8rem; height: 1.1rem; border-radius: 2px; flex: none; }
.swatch { display: inline-block; width: .9rem; height: .9rem; border-radius: 2px; vertical-align: -.1rem; margin-right: .4rem; }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 1.1rem; }
.tree { padding-left: 0; } .tree li { margin: .05rem 0; } .tree .leaf { padding-left: 1rem; }
.class { border-left: 4px solid var(--line); padding: .1rem .8rem; margin: .7rem 0; }
.suspect { border-left-color: var(--bad); }
)css";

// Hues far from their neighbours, by the golden angle; suspects are red.
std::string color_of(const JobClass& made, std::size_t number) {
    if (made.suspect) return "hsl(4 75% 52%)";
    return fmt::format("hsl({} 45% 52%)", (150 + number * 137) % 360);
}

class JobHtml {
public:
    JobHtml(const JobTree& tree, const JobReport& report) : tree_(tree), report_(report), labels_(tree, report) {}

    std::string write(std::string_view version) {
        const std::string title = count_words(report_.label, report_.processes.size()) + ": merged stacks";
        out_ = "<h1>" + html_text(title) + "</h1>\n";
        const bool found = report_.missing.suspect || (!report_.classes.empty() && report_.classes.front().suspect);
        out_ += fmt::format("<p class=\"{}\">{}</p>\n", found ? "bad" : "good", html_text(report_.verdict));
        write_strip();
        out_ += "<h2>Places</h2>\n";
        for (std::size_t i = 0; i < report_.classes.size(); ++i) write_class(report_.classes[i], i);
        write_missing();
        out_ +=
            "<h2>Trees</h2>\n<div class=\"tools needs-script\"><button type=\"button\" data-open-all=\"trees\">Open all"
            "</button><button type=\"button\" data-close-all=\"trees\">Close all</button></div>\n<div id=\"trees\">\n";
        for (const JobRole* role : shown_roles(tree_)) write_role(*role);
        out_ += "</div>\n";
        write_members();
        out_ += fmt::format("<p class=\"dim\">pycore {}</p>", html_text(version));
        return render_html_page({title, std::move(out_), std::string(kStyle), ""});
    }

private:
    void write_strip() {
        std::vector<std::pair<std::int64_t, std::size_t>> cells;  // label, class
        for (std::size_t i = 0; i < report_.classes.size(); ++i) {
            for (const std::int64_t label : report_.classes[i].labels) cells.emplace_back(label, i);
        }
        constexpr std::size_t kMissing = ~std::size_t{0};
        for (const std::int64_t rank : report_.missing.ranks) cells.emplace_back(rank, kMissing);
        std::sort(cells.begin(), cells.end());
        const std::size_t step = cells.size() / kMostCells + 1;
        out_ += "<div class=\"strip\" aria-label=\"ranks coloured by place\">";
        for (std::size_t i = 0; i < cells.size(); i += step) {
            const auto [label, place] = cells[i];
            const std::string name = fmt::format("{} {}", to_string(report_.label), label);
            if (place == kMissing) {
                out_ += fmt::format("<a title=\"{}: missing\" style=\"border:1px solid var(--bad)\"></a>", name);
            } else {
                out_ += fmt::format("<a href=\"#class{}\" title=\"{}: {}\" style=\"background:{}\"></a>", place, name,
                                    html_text(stance_words(report_.classes[place])),
                                    color_of(report_.classes[place], place));
            }
        }
        out_ += "</div>\n";
    }

    void write_class(const JobClass& made, std::size_t number) {
        out_ += fmt::format(
            "<div class=\"class{}\" id=\"class{}\"><p><span class=\"swatch\" style=\"background:{}\"></span>"
            "<b>{} {}</b> ({}) {}{}</p>\n",
            made.suspect ? " suspect" : "", number, color_of(made, number), to_string(report_.label),
            html_text(readable_ranges(made.labels)), made.labels.size(), html_text(stance_words(made)),
            html_text(facts_of(made)));
        if (made.suspect) out_ += "<p class=\"bad\">suspect: " + html_text(made.why) + "</p>\n";
        if (!made.frames.empty()) {
            out_ += "<pre>";
            for (std::size_t i = 0; i < made.frames.size(); ++i) {
                const JobFrame& frame = tree_.frames[made.frames[i].frame];
                const std::string words = html_text(place_words(frame, made.frames[i].line));
                const bool shown = made.application == i;
                out_ += shown ? "<b>" + words + "</b>\n"
                              : fmt::format("<span class=\"{}\">{}</span>\n", frame.python ? "dim" : "native", words);
            }
            out_ += "</pre>\n";
        }
        out_ += "</div>\n";
    }

    std::string facts_of(const JobClass& made) const {
        std::string facts;
        if (!made.hosts.empty()) facts += "; on " + made.hosts.front();
        if (made.hosts.size() > 1) facts += fmt::format(" and {} more", made.hosts.size() - 1);
        if (made.progress) facts += fmt::format("; place {} along the program", *made.progress);
        if (made.moved) facts += *made.moved ? "; moved between the snapshots" : "; did not move";
        return facts;
    }

    void write_missing() {
        if (report_.missing.ranks.empty()) return;
        out_ += fmt::format("<div class=\"class suspect\"><p><b>missing: {}</b></p>",
                            html_text(readable_ranges(report_.missing.ranks)));
        if (report_.missing.suspect) out_ += "<p class=\"bad\">suspect: " + html_text(report_.missing.why) + "</p>";
        out_ += "</div>\n";
    }

    // A call that leads on in one way only stands in one item with what it leads to.
    void write_role(const JobRole& role) {
        const auto nodes = shown_nodes(tree_, report_, role, labels_);
        if (nodes.empty()) return;
        out_ += "<h3>" + html_text(role.name) + "</h3>\n<ul class=\"tree mono\">";
        std::vector<bool> open;  // for each depth: inside <details>
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const bool leaf = i + 1 == nodes.size() || nodes[i + 1].depth <= nodes[i].depth;
            while (open.size() > nodes[i].depth) close(open);
            const JobFrame& frame = tree_.frames[role.nodes[nodes[i].node].frame];
            const std::string words = fmt::format("<span class=\"{}\">{}</span> <span class=\"dim\">[{}]</span>",
                                                  frame.python ? "" : "native", html_text(frame_words(frame)),
                                                  html_text(readable_ranges(nodes[i].labels)));
            out_ += leaf ? "<li class=\"leaf\">" + words : "<li><details open><summary>" + words + "</summary><ul>";
            open.push_back(!leaf);
        }
        while (!open.empty()) close(open);
        out_ += "</ul>\n";
    }

    void close(std::vector<bool>& open) {
        out_ += open.back() ? "</ul></details></li>" : "</li>";
        open.pop_back();
    }

    // What could not be read first: of very many inputs the last ones are left out.
    std::vector<const JobMember*> listed_members() const {
        std::vector<const JobMember*> members;
        for (const JobMember& member : tree_.members) members.push_back(&member);
        std::stable_partition(members.begin(), members.end(),
                              [](const JobMember* member) { return member->status != "read"; });
        members.resize(std::min(members.size(), kMostCells));
        return members;
    }

    void write_members() {
        out_ += fmt::format(
            "<h2>Inputs</h2>\n<details><summary>{} inputs</summary>\n<table class=\"sortable\"><thead><tr>"
            "<th data-numeric>rank</th><th>host</th><th data-numeric>pid</th><th>status</th><th>input</th>"
            "</tr></thead>\n",
            tree_.members.size());
        const auto members = listed_members();
        for (const JobMember* listed : members) {
            const JobMember& member = *listed;
            const auto number = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
            out_ += fmt::format("<tbody><tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr></tbody>\n",
                                number(member.rank), html_text(member.host.value_or("")), number(member.pid),
                                html_text(member.status + (member.reason.empty() ? "" : ": " + member.reason)),
                                html_text(member.target));
        }
        out_ += "</table>\n";
        if (members.size() < tree_.members.size()) {
            out_ += fmt::format("<p class=\"dim\">and {} more that were read; the JSON report has them all</p>\n",
                                tree_.members.size() - members.size());
        }
        out_ += "</details>\n";
    }

    const JobTree& tree_;
    const JobReport& report_;
    JobLabels labels_;
    std::string out_;
};

}  // namespace

std::string write_job_html(const JobTree& tree, const JobReport& report, std::string_view tool_version) {
    return JobHtml(tree, report).write(tool_version);
}

}  // namespace pycore
