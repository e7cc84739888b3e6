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
    return tree.members[member].python || !any_python || !is_readable(tree.members[member]);
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
    const auto readable = [&](std::uint32_t member) { return is_readable(tree.members[member]); };
    if (std::any_of(members.begin(), members.end(), readable)) {
        std::erase_if(members, [&](std::uint32_t member) { return !readable(member); });
    }
    return members;
}

// Of a hundred thousand ranks most have the stack of another one.
class StandingFinder {
public:
    explicit StandingFinder(const JobTree& tree) : tree_(tree) {}

    Standing find(std::uint32_t number) {
        const JobMember& member = tree_.members[number];
        const auto key = std::tuple(member.stack, member.wait, member.signal, member.status, member.python);
        const auto found = known_.try_emplace(key);
        if (found.second) found.first->second = find_standing(tree_, number);
        Standing standing = found.first->second;
        standing.member = number;
        return standing;
    }

private:
    using Key = std::tuple<std::optional<std::uint32_t>, std::string, std::optional<std::string>, std::string, bool>;
    const JobTree& tree_;
    std::map<Key, Standing> known_;
};

bool same_lines(const Standing& a, const Standing& b) {
    return a.place == b.place &&
           std::equal(a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(),
                      [](const ClassFrame& x, const ClassFrame& y) { return x.frame == y.frame && x.line == y.line; });
}

// `snapshots` of one process, the last one last.
Standing stand_over_time(std::vector<Standing> snapshots) {
    Standing last = std::move(snapshots.back());
    snapshots.pop_back();
    last.snapshots = snapshots.size() + 1;
    if (snapshots.empty()) return last;
    last.moved = false;
    last.always_running = last.was_running = last.stance == Stance::Running;
    for (const Standing& before : snapshots) {
        last.moved = *last.moved || !same_lines(before, last);
        last.always_running = last.always_running && before.stance == Stance::Running;
        last.was_running = last.was_running || before.stance == Stance::Running;
    }
    return last;
}

// A rank that spins in a library may be caught where its C stack cannot be followed to the operation, or between
// the program's line and the library: it is where those are that others prove to be called from the same line.
void complete_by_call_site(const JobTree& tree, std::map<std::int64_t, std::vector<Standing>>& processes) {
    std::map<std::vector<std::uint64_t>, Standing> known;
    for (const auto& [label, snapshots] : processes) {
        for (const Standing& standing : snapshots) {
            if (standing.cut && standing.stance != Stance::Died) known.emplace(call_site_of(tree, standing), standing);
        }
    }
    for (auto& [label, snapshots] : processes) {
        for (Standing& standing : snapshots) {
            if (standing.cut || standing.stance != Stance::Running || standing.frames.empty()) continue;
            if (tree.frames[standing.frames.back().frame].python) continue;  // at work in Python itself
            const auto found = known.find(call_site_of(tree, standing));
            if (found == known.end()) continue;
            standing.stance = found->second.stance;
            standing.cut = found->second.cut;
            standing.place = found->second.place;
            standing.frames = found->second.frames;
        }
    }
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
    std::map<std::int64_t, std::vector<Standing>> processes;
    StandingFinder finder(tree);
    for (auto& [label, members] : by_label) {
        for (const std::uint32_t member : snapshots_of(tree, std::move(members))) {
            processes[label].push_back(finder.find(member));
        }
    }
    complete_by_call_site(tree, processes);
    for (auto& [label, snapshots] : processes) {
        Standing standing = stand_over_time(std::move(snapshots));
        standing.label = label;
        found.snapshots = std::max(found.snapshots, standing.snapshots);
        found.standings.push_back(std::move(standing));
    }
    return found;
}

}  // namespace pycore
