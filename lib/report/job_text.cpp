// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "base/compact_ranges.h"
#include "report/escape.h"
#include "report/job_parts.h"
#include "report/job_writer.h"
#include "report/palette.h"

namespace pycore {
namespace {

constexpr std::size_t kMostLines = 400;  // of a tree; the other formats have all of it
constexpr std::size_t kMostHosts = 4;

class JobText {
public:
    JobText(const JobTree& tree, const JobReport& report, const JobTextOptions& options)
        : tree_(tree), report_(report), options_(options), palette_(options.color), labels_(tree, report) {}

    std::string write() {
        write_summary();
        for (const JobClass& made : report_.classes) write_class(made);
        write_missing();
        write_others();
        if (options_.tree) {
            for (const JobRole* role : shown_roles(tree_)) write_role(*role);
        }
        return std::move(out_);
    }

private:
    void line(std::string_view indent, const std::string& text) { out_.append(indent).append(text).append("\n"); }
    std::string paint(Paint what, const std::string& text) const { return palette_.paint(what, text); }

    void write_summary() {
        std::string summary = count_words(report_.label, report_.processes.size());
        if (report_.expected) summary += fmt::format(" of {}", *report_.expected);
        summary += fmt::format(", {} place{}", report_.classes.size(), report_.classes.size() == 1 ? "" : "s");
        if (report_.snapshots > 1) summary += fmt::format(", {} snapshots", report_.snapshots);
        line("", paint(Paint::Header, summary));
        const bool found = report_.missing.suspect || (!report_.classes.empty() && report_.classes.front().suspect);
        const std::string verdict = escape(report_.verdict);
        line("", found ? paint(Paint::Crash, verdict) : verdict);
    }

    std::string hosts_of(const JobClass& made) const {
        if (made.hosts.empty()) return {};
        std::string text = made.hosts.size() == 1 ? "on " : fmt::format("on {} hosts: ", made.hosts.size());
        for (std::size_t i = 0; i < made.hosts.size() && i < kMostHosts; ++i) {
            text += (i > 0 ? ", " : "") + escape(made.hosts[i]);
        }
        return text + (made.hosts.size() > kMostHosts ? ", ..." : "");
    }

    std::string facts_of(const JobClass& made) const {
        std::string facts = escape(stance_words(made));
        const auto add = [&](const std::string& fact) {
            if (!fact.empty()) facts += "; " + fact;
        };
        add(hosts_of(made));
        const bool several = std::any_of(report_.classes.begin(), report_.classes.end(),
                                         [](const JobClass& other) { return other.progress.value_or(0) > 1; });
        if (made.progress && several) add(fmt::format("place {} along the program", *made.progress));
        if (made.moved) add(*made.moved ? "moved between the snapshots" : "did not move");
        return facts;
    }

    std::string reason_of(const JobClass& made) const {
        for (const std::uint32_t member : made.members) {
            const JobMember& known = tree_.members[member];
            if (made.stance == Stance::Died && known.signal) return "of " + escape(*known.signal);
            if (made.stance == Stance::Unreadable && !known.reason.empty()) return escape(known.reason);
        }
        return {};
    }

    void write_class(const JobClass& made) {
        const std::string name = fmt::format(
            "{} {}", made.labels.size() == 1 ? to_string(report_.label) : std::string(to_string(report_.label)) + "s",
            readable_ranges(made.labels));
        const std::string count = made.labels.size() > 1 ? fmt::format(" ({})", made.labels.size()) : "";
        line("\n", paint(made.suspect ? Paint::Crash : Paint::Header, name + count) + ": " + facts_of(made) +
                       (reason_of(made).empty() ? "" : ": " + reason_of(made)));
        if (made.suspect) line("  ", paint(Paint::Crash, "suspect: " + escape(made.why)));
        for (std::size_t i = 0; i < made.frames.size(); ++i) {
            const ClassFrame& frame = made.frames[i];
            const std::string words = escape(place_words(tree_.frames[frame.frame], frame.line));
            const bool shown = made.application == i;
            line(shown ? "  > " : "    ", paint(shown                              ? Paint::Function
                                                : tree_.frames[frame.frame].python ? Paint::File
                                                                                   : Paint::Native,
                                                words));
        }
    }

    void write_missing() {
        if (report_.missing.ranks.empty()) return;
        const std::string name = fmt::format("missing: rank{} {}", report_.missing.ranks.size() == 1 ? "" : "s",
                                             readable_ranges(report_.missing.ranks));
        line("\n", paint(report_.missing.suspect ? Paint::Crash : Paint::Header, name));
        if (report_.missing.suspect) line("  ", paint(Paint::Crash, "suspect: " + escape(report_.missing.why)));
    }

    void write_others() {
        if (report_.others.empty()) return;
        line("\n", paint(Paint::Dim, fmt::format("{} of the inputs {} no {} of the job:", report_.others.size(),
                                                 report_.others.size() == 1 ? "is" : "are", to_string(report_.label))));
        for (std::size_t i = 0; i < report_.others.size() && i < 20; ++i) {
            const JobMember& member = tree_.members[report_.others[i]];
            const std::string pid = member.pid ? fmt::format(" (pid {})", *member.pid) : "";
            line("    ", paint(Paint::Dim, escape(member.target) + pid));
        }
    }

    // Nodes with the same members as the one above them stand below it without a step to the right.
    void write_role(const JobRole& role) {
        const auto nodes = shown_nodes(tree_, report_, role, labels_);
        if (nodes.empty()) return;
        line("\n", paint(Paint::Header, escape(role.name)));
        std::vector<std::size_t> indents;
        std::vector<const ShownNode*> path;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const ShownNode& node = nodes[i];
            path.resize(node.depth);
            indents.resize(node.depth);
            const bool same = node.depth > 0 && path.back()->labels == node.labels;
            const std::size_t indent = node.depth == 0 ? 1 : indents.back() + (same ? 0 : 1);
            path.push_back(&node);
            indents.push_back(indent);
            if (i == kMostLines) {
                line("  ",
                     paint(Paint::Dim, fmt::format("... {} more calls; --format=html shows all", nodes.size() - i)));
                return;
            }
            const JobFrame& frame = tree_.frames[role.nodes[node.node].frame];
            const std::string ranks = same ? "" : paint(Paint::Dim, "  [" + readable_ranges(node.labels) + "]");
            line(std::string(2 * indent, ' '), paint(node.operation ? Paint::Function
                                                     : frame.python ? Paint::File
                                                                    : Paint::Native,
                                                     escape(frame_words(frame))) +
                                                   ranks);
        }
    }

    const JobTree& tree_;
    const JobReport& report_;
    const JobTextOptions& options_;
    Palette palette_;
    JobLabels labels_;
    std::string out_;
};

}  // namespace

std::string write_job_text(const JobTree& tree, const JobReport& report, const JobTextOptions& options) {
    return JobText(tree, report, options).write();
}

}  // namespace pycore
