// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/job_parts.h"

#include <algorithm>
#include <set>

namespace pycore {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string_view to_string(JobLabel label) {
    switch (label) {
        case JobLabel::Rank: return "rank";
        case JobLabel::Pid: return "pid";
        case JobLabel::Input: return "input";
    }
    return "input";
}

std::string_view to_string(Stance stance) {
    switch (stance) {
        case Stance::Collective: return "collective";
        case Stance::Peer: return "peer";
        case Stance::Idle: return "idle";
        case Stance::Blocked: return "blocked";
        case Stance::Running: return "running";
        case Stance::Died: return "died";
        case Stance::Unreadable: return "unreadable";
    }
    return "unreadable";
}

std::string stance_words(const JobClass& made) {
    switch (made.stance) {
        case Stance::Collective:
        case Stance::Peer: return "waits in " + made.operation;
        case Stance::Idle: return "waits for work in " + made.operation;
        case Stance::Blocked: return "waits: " + made.wait.substr(made.wait.find(' ') + 1);
        case Stance::Running: return "at work";
        case Stance::Died: return "died";
        case Stance::Unreadable: return "could not be read";
    }
    return {};
}

std::string count_words(JobLabel label, std::size_t count) {
    const std::string noun = label == JobLabel::Rank ? "rank" : label == JobLabel::Pid ? "process" : "input";
    return std::to_string(count) + " " + noun + (count == 1 ? "" : label == JobLabel::Pid ? "es" : "s");
}

std::string frame_words(const JobFrame& frame) {
    const std::string file(file_name(frame.file));
    if (frame.python) return frame.function + " (" + file + ")";
    if (!frame.function.empty()) return frame.function;
    return file.empty() ? "??" : "?? (" + file + ")";
}

std::string place_words(const JobFrame& frame, std::int64_t line) {
    if (!frame.python) return frame_words(frame) + (frame.function.empty() ? "" : " (" + frame.file + ")");
    return frame.function + " at " + frame.file + (line > 0 ? ":" + std::to_string(line) : "");
}

JobLabels::JobLabels(const JobTree& tree, const JobReport& report) : labels_(tree.members.size(), kOther) {
    for (std::uint32_t i = 0; i < tree.members.size(); ++i) {
        const JobMember& member = tree.members[i];
        switch (report.label) {
            case JobLabel::Rank: labels_[i] = member.rank.value_or(kOther); break;
            case JobLabel::Pid: labels_[i] = member.pid.value_or(kOther); break;
            case JobLabel::Input: labels_[i] = i; break;
        }
    }
    for (const std::uint32_t other : report.others) labels_[other] = kOther;
}

std::vector<std::int64_t> JobLabels::of(const IntervalSet& members) const {
    std::vector<std::int64_t> labels;
    for (const auto& run : members.runs()) {
        for (std::uint64_t member = run.first; member <= run.last && member < labels_.size(); ++member) {
            if (labels_[member] != kOther) labels.push_back(labels_[member]);
        }
    }
    if (!std::is_sorted(labels.begin(), labels.end())) std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    return labels;
}

std::vector<ShownNode> shown_nodes(const JobTree& tree, const JobReport& report, const JobRole& role,
                                   const JobLabels& labels) {
    static_cast<void>(tree);
    constexpr std::size_t kHidden = ~std::size_t{0};
    std::vector<ShownNode> shown;
    std::vector<std::size_t> place(role.nodes.size(), kHidden);  // of each node in `shown`
    for (std::uint32_t i = 0; i < role.nodes.size(); ++i) {
        const JobNode& node = role.nodes[i];
        const bool root = node.parent == i;
        if (!root && (place[node.parent] == kHidden || shown[place[node.parent]].operation)) continue;
        ShownNode next;
        next.node = i;
        next.labels = labels.of(node.members);
        if (next.labels.empty()) continue;
        next.depth = root ? 0 : shown[place[node.parent]].depth + 1;
        next.operation = report.operations[node.frame];
        next.ending = next.labels.size();
        if (!root) {
            std::size_t& above = shown[place[node.parent]].ending;
            above -= std::min(above, next.ending);
        }
        place[i] = shown.size();
        shown.push_back(std::move(next));
    }
    for (ShownNode& node : shown) node.end = node.ending > 0;
    return shown;
}

std::vector<const JobRole*> shown_roles(const JobTree& tree) {
    std::vector<const JobRole*> roles;
    for (const JobRole& role : tree.roles) roles.push_back(&role);
    const auto order = [](const JobRole* role) {
        return role->name == "MainThread" ? 0 : role->name.starts_with("native") ? 2 : 1;
    };
    std::stable_sort(roles.begin(), roles.end(),
                     [&](const JobRole* a, const JobRole* b) { return order(a) < order(b); });
    return roles;
}

}  // namespace pycore
