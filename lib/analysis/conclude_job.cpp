// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/conclude_job.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/job_processes.h"
#include "analysis/job_suspects.h"

namespace pycore {
namespace {

constexpr std::int64_t kMostExpected = 10'000'000;  // ranks that are looked for

// The ranks that nobody in the classes has.
std::vector<std::int64_t> find_missing(const JobProcesses& processes, std::optional<std::int64_t> expected) {
    std::vector<std::int64_t> missing;
    if (processes.label != JobLabel::Rank || !expected) return missing;
    auto present = processes.standings.begin();
    for (std::int64_t rank = 0; rank < std::min(*expected, kMostExpected); ++rank) {
        while (present != processes.standings.end() && present->label < rank) ++present;
        if (present == processes.standings.end() || present->label != rank) missing.push_back(rank);
    }
    return missing;
}

std::optional<std::size_t> application_frame(const JobTree& tree, const std::vector<ClassFrame>& frames) {
    std::optional<std::size_t> library;
    for (std::size_t i = frames.size(); i-- > 0;) {
        const JobFrame& frame = tree.frames[frames[i].frame];
        if (!frame.python) continue;
        if (!is_library_file(frame.file)) return i;
        if (!library) library = i;
    }
    return library;
}

// Lines that are not the same in all members are unknown.
void keep_common_lines(std::vector<ClassFrame>& frames, const std::vector<ClassFrame>& others) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (i >= others.size() || others[i].frame != frames[i].frame || others[i].line != frames[i].line) {
            frames[i].line = 0;
        }
    }
}

JobClass class_of(const JobTree& tree, const std::vector<const Standing*>& group) {
    JobClass made;
    const Standing& first = *group.front();
    made.stance = first.stance;
    made.operation = first.cut ? first.cut->operation : std::string();
    made.wait = first.wait;
    made.frames = first.frames;
    made.moved = first.moved;
    std::set<std::string> hosts;
    for (const Standing* standing : group) {
        made.members.push_back(standing->member);
        made.labels.push_back(standing->label);
        keep_common_lines(made.frames, standing->frames);
        if (standing->moved.value_or(false)) made.moved = true;
        if (const auto& host = tree.members[standing->member].host) hosts.insert(*host);
    }
    made.hosts.assign(hosts.begin(), hosts.end());
    made.application = application_frame(tree, made.frames);
    return made;
}

// Lines and frames as numbers, to be compared from the outermost call on: as long as the frames are the same, a
// greater line is further along.
std::vector<std::pair<std::int64_t, std::uint32_t>> way_of(const JobTree& tree, const JobClass& made) {
    std::vector<std::pair<std::int64_t, std::uint32_t>> way;
    for (const ClassFrame& frame : made.frames) {
        if (tree.frames[frame.frame].python) way.emplace_back(frame.line, frame.frame);
    }
    return way;
}

void find_progress(const JobTree& tree, std::vector<JobClass>& classes) {
    using Way = std::vector<std::pair<std::int64_t, std::uint32_t>>;
    std::vector<std::pair<Way, JobClass*>> ways;
    for (JobClass& made : classes) {
        if (made.application) ways.emplace_back(way_of(tree, made), &made);
    }
    std::stable_sort(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::int64_t progress = 0;
    for (std::size_t i = 0; i < ways.size(); ++i) {
        if (i == 0 || ways[i].first != ways[i - 1].first) ++progress;
        ways[i].second->progress = progress;
    }
}

std::vector<JobClass> make_classes(const JobTree& tree, const JobProcesses& processes, const Suspicion& suspicion) {
    // A suspect and others in the same place (died, could not be read) are told apart by the reason.
    std::map<std::pair<std::vector<std::uint64_t>, std::string>, std::vector<const Standing*>> groups;
    for (const Standing& standing : processes.standings) {
        const auto why = suspicion.suspects.find(standing.label);
        groups[{standing.place, why == suspicion.suspects.end() ? "" : why->second}].push_back(&standing);
    }
    std::vector<JobClass> classes;
    for (const auto& [key, group] : groups) {
        classes.push_back(class_of(tree, group));
        classes.back().why = key.second;
        classes.back().suspect = !key.second.empty();
    }
    find_progress(tree, classes);
    const auto order = [](const JobClass& made) {
        return std::tuple(!made.suspect, made.members.size(), made.labels.front());
    };
    std::sort(classes.begin(), classes.end(),
              [&](const JobClass& a, const JobClass& b) { return order(a) < order(b); });
    return classes;
}

}  // namespace

std::int64_t label_of(const JobTree& tree, std::uint32_t member, JobLabel label) {
    switch (label) {
        case JobLabel::Rank: return tree.members[member].rank.value_or(-1);
        case JobLabel::Pid: return tree.members[member].pid.value_or(0);
        case JobLabel::Input: return member;
    }
    return member;
}

JobReport conclude_job(const JobTree& tree, const JobQuestion& question) {
    const JobProcesses processes = find_processes(tree);
    JobReport report;
    report.label = processes.label;
    report.others = processes.others;
    report.snapshots = processes.snapshots;
    report.expected = question.expected_ranks ? question.expected_ranks : processes.told_size;
    report.missing.ranks = find_missing(processes, report.expected);
    const Suspicion suspicion = find_suspects(processes, report.missing.ranks);
    report.missing.suspect = !suspicion.missing_why.empty();
    report.missing.why = suspicion.missing_why;
    for (const Standing& standing : processes.standings) report.processes.push_back(standing.member);
    report.classes = make_classes(tree, processes, suspicion);
    report.verdict = suspicion.verdict;
    for (const JobFrame& frame : tree.frames) report.operations.push_back(find_cut({&frame}).has_value());
    return report;
}

}  // namespace pycore
