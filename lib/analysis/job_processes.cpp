// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/job_processes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "analysis/conclude_job.h"

namespace pycore {
namespace {

using Members = std::vector<std::uint32_t>;

JobLabel choose_label(const JobTree& tree) {
    const auto any = [&](auto&& has) { return std::any_of(tree.members.begin(), tree.members.end(), has); };
    if (any([](const JobMember& member) { return member.rank.has_value(); })) return JobLabel::Rank;
    std::set<std::int64_t> pids;
    std::set<std::optional<std::string>> hosts;
    for (const JobMember& member : tree.members) {
        hosts.insert(member.host);
        if (!member.pid) return JobLabel::Input;
    }
    return hosts.size() <= 1 ? JobLabel::Pid : JobLabel::Input;  // pids of several hosts may be equal
}

// Data loaders and other children of a rank have its environment, and so its rank.
std::set<std::uint32_t> find_helpers(const JobTree& tree) {
    std::map<std::tuple<std::int64_t, std::optional<std::string>, std::int64_t>, std::uint32_t> by_pid;
    for (std::uint32_t i = 0; i < tree.members.size(); ++i) {
        const JobMember& member = tree.members[i];
        if (member.rank && member.pid) by_pid.emplace(std::tuple(*member.rank, member.host, *member.pid), i);
    }
    std::set<std::uint32_t> helpers;
    for (std::uint32_t i = 0; i < tree.members.size(); ++i) {
        const JobMember& member = tree.members[i];
        if (!member.rank || !member.ppid) continue;
        if (by_pid.contains(std::tuple(*member.rank, member.host, *member.ppid))) helpers.insert(i);
    }
    return helpers;
}

bool is_process(const JobTree& tree, std::uint32_t member, JobLabel label, bool any_python) {
    if (label == JobLabel::Rank) return tree.members[member].rank.has_value();
    return tree.members[member].python || !any_python || tree.members[member].status == "unreadable";
}

// The same picture may be there twice, as a snapshot and as the stacks saved of it.
Members snapshots_of(const JobTree& tree, Members members) {
    const auto key = [&](std::uint32_t member) {
        return std::tie(tree.members[member].time, tree.members[member].target);
    };
    std::sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    const auto same = [&](std::uint32_t a, std::uint32_t b) {
        return tree.members[a].time && tree.members[a].time == tree.members[b].time;
    };
    members.erase(std::unique(members.begin(), members.end(), same), members.end());
    // What could be read says more than what could not.
    const auto readable = [&](std::uint32_t member) { return tree.members[member].stack.has_value(); };
    if (std::any_of(members.begin(), members.end(), readable)) {
        std::erase_if(members, [&](std::uint32_t member) { return !readable(member); });
    }
    return members;
}

bool same_lines(const Standing& a, const Standing& b) {
    return a.place == b.place &&
           std::equal(a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(),
                      [](const ClassFrame& x, const ClassFrame& y) { return x.frame == y.frame && x.line == y.line; });
}

Standing stand_over_time(const JobTree& tree, const Members& snapshots) {
    Standing last = find_standing(tree, snapshots.back());
    last.snapshots = snapshots.size();
    if (snapshots.size() < 2) return last;
    last.moved = false;
    last.always_running = last.was_running = last.stance == Stance::Running;
    for (std::size_t i = 0; i + 1 < snapshots.size(); ++i) {
        const Standing before = find_standing(tree, snapshots[i]);
        last.moved = *last.moved || !same_lines(before, last);
        last.always_running = last.always_running && before.stance == Stance::Running;
        last.was_running = last.was_running || before.stance == Stance::Running;
    }
    return last;
}

}  // namespace

JobProcesses find_processes(const JobTree& tree) {
    JobProcesses found;
    found.label = choose_label(tree);
    const auto helpers = find_helpers(tree);
    const bool any_python =
        std::any_of(tree.members.begin(), tree.members.end(), [](const JobMember& member) { return member.python; });
    std::map<std::int64_t, Members> by_label;
    for (std::uint32_t i = 0; i < tree.members.size(); ++i) {
        if (helpers.contains(i) || !is_process(tree, i, found.label, any_python)) {
            found.others.push_back(i);
            continue;
        }
        const auto size = tree.members[i].world_size;
        if (size) found.told_size = std::max(found.told_size.value_or(0), *size);
        by_label[label_of(tree, i, found.label)].push_back(i);
    }
    for (auto& [label, members] : by_label) {
        Standing standing = stand_over_time(tree, snapshots_of(tree, std::move(members)));
        standing.label = label;
        found.snapshots = std::max(found.snapshots, standing.snapshots);
        found.standings.push_back(std::move(standing));
    }
    return found;
}

}  // namespace pycore
