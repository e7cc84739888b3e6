// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/job_suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "analysis/conclude_job.h"
#include "base/compact_ranges.h"

namespace pycore {
namespace {

// In two snapshots of a healthy job the same rank is the last one by chance, in three seldom.
constexpr std::size_t kFewestToBeLate = 3;
constexpr std::size_t kFewestTogether = 3;  // ranks

using Group = std::vector<const Standing*>;

std::string_view noun(JobLabel label, std::size_t count) {
    switch (label) {
        case JobLabel::Rank: return count == 1 ? "rank" : "ranks";
        case JobLabel::Pid: return count == 1 ? "process" : "processes";
        case JobLabel::Input: return count == 1 ? "input" : "inputs";
    }
    return "ranks";
}

std::vector<std::int64_t> labels_of(const Group& group) {
    std::vector<std::int64_t> labels;
    for (const Standing* standing : group) labels.push_back(standing->label);
    return labels;
}

class Judge {
public:
    explicit Judge(const JobProcesses& processes, const std::vector<std::int64_t>& missing)
        : processes_(processes), missing_(missing) {
        for (const Standing& standing : processes.standings) {
            switch (standing.stance) {
                case Stance::Died: died_.push_back(&standing); break;
                case Stance::Unreadable: unreadable_.push_back(&standing); break;
                case Stance::Blocked: blocked_.push_back(&standing); break;
                case Stance::Running: running_.push_back(&standing); break;
                default: waiting_.push_back(&standing); break;
            }
        }
    }

    Suspicion decide() {
        if (!find_died() && !find_gone() && !find_blocked() && !find_out_of_step() && !find_late() && !find_apart() &&
            !find_unreadable()) {
            result_.verdict = "nothing stands out: " + describe_all();
        }
        return std::move(result_);
    }

private:
    std::size_t alive() const { return waiting_.size() + blocked_.size() + running_.size(); }

    // "7 ranks wait in MPI Allreduce"
    std::string waiting_words() const {
        std::map<std::string, std::size_t> counts;
        for (const Standing* standing : waiting_) ++counts[standing->cut->operation];
        if (counts.empty()) return "the others run on";
        const auto most = std::max_element(counts.begin(), counts.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        return fmt::format("{} {} {} in {}", most->second, noun(processes_.label, most->second),
                           most->second == 1 ? "waits" : "wait", most->first);
    }

    bool someone_needs_others() const {
        return std::any_of(waiting_.begin(), waiting_.end(),
                           [](const Standing* standing) { return standing->stance != Stance::Idle; });
    }

    // Who gives out work and waits for what comes back is in the same operation as who waits for work.
    bool someone_waits_for_results() const {
        return std::any_of(waiting_.begin(), waiting_.end(),
                           [&](const Standing* standing) { return standing->place != waiting_.front()->place; });
    }

    void accuse(const Group& group, const std::function<std::string(const Standing&)>& why) {
        for (const Standing* standing : group) result_.suspects.emplace(standing->label, why(*standing));
        result_.verdict =
            fmt::format("{} {} {} out: {}", noun(processes_.label, group.size()), readable_ranges(labels_of(group)),
                        group.size() == 1 ? "stands" : "stand", result_.suspects.begin()->second);
    }

    // All that died of a signal from outside, to be looked at, are no suspects.
    bool find_died() {
        if (died_.empty() || died_.size() > alive()) return false;
        accuse(died_, [&](const Standing&) { return "it died of a signal; " + waiting_words(); });
        return true;
    }

    bool find_gone() {
        if (missing_.empty() || !someone_needs_others() || missing_.size() > alive()) return false;
        result_.missing_why = "nothing of it was found: it has ended, or was not frozen; " + waiting_words();
        result_.verdict = fmt::format("{} {} {} gone: {}", noun(processes_.label, missing_.size()),
                                      readable_ranges(missing_), missing_.size() == 1 ? "is" : "are", waiting_words());
        return true;
    }

    // Somebody is at work, or was elsewhere in an earlier snapshot: the job may well go on.
    bool goes_on() const {
        const auto moved = [](const Standing* standing) { return standing->moved.value_or(false); };
        const auto works = [](const Standing* standing) { return standing->moved.value_or(true); };
        return std::any_of(running_.begin(), running_.end(), works) ||
               std::any_of(waiting_.begin(), waiting_.end(), moved);
    }

    bool find_blocked() {
        Group stuck;
        for (const Standing* standing : blocked_) {
            if (!standing->moved.value_or(false)) stuck.push_back(standing);
        }
        if (stuck.empty() || stuck.size() != blocked_.size() || stuck.size() > waiting_.size()) return false;
        const bool blocks_its_loop =
            std::all_of(stuck.begin(), stuck.end(), [](const Standing* standing) { return standing->in_event_loop; });
        if (goes_on() || !(someone_needs_others() || someone_waits_for_results() || blocks_its_loop)) return false;
        accuse(stuck, [&](const Standing& standing) {
            return fmt::format("it {} ({}), while {}",
                               standing.in_event_loop ? "blocks its event loop" : "waits for something else",
                               what_of(standing), waiting_words());
        });
        return true;
    }

    // "read from file descriptor" of "syscall: read from file descriptor"
    static std::string what_of(const Standing& standing) { return standing.wait.substr(standing.wait.find(' ') + 1); }

    // Nobody is in an operation that we know: a loop that looks for files, a lock of a database. In one snapshot
    // that may be chance, and a rank 0 apart from the others is how many sound programs are.
    bool find_apart() {
        if (processes_.snapshots < 2 || !waiting_.empty() || !running_.empty()) return false;
        const auto groups = groups_of(blocked_);
        if (groups.empty() || groups.front().size() < kFewestTogether) return false;
        Group apart;
        for (std::size_t i = 1; i < groups.size(); ++i) {
            apart.insert(apart.end(), groups[i].begin(), groups[i].end());
        }
        const auto is_first = [&](const Standing* standing) {
            return processes_.label == JobLabel::Rank && standing->label == 0;
        };
        const auto moved = [](const Standing* standing) { return standing->moved.value_or(true); };
        if (apart.empty() || apart.size() > std::max<std::size_t>(blocked_.size() / 4, 1) ||
            std::any_of(apart.begin(), apart.end(), is_first) || std::any_of(blocked_.begin(), blocked_.end(), moved)) {
            return false;
        }
        accuse(apart, [&](const Standing& standing) {
            return fmt::format("it stays elsewhere ({}) than {} others, who stay in one place ({})", what_of(standing),
                               groups.front().size(), what_of(*groups.front().front()));
        });
        return true;
    }

    // By operation and call site, the largest first.
    static std::vector<Group> groups_of(const Group& all) {
        std::map<std::vector<std::uint64_t>, Group> by_place;
        for (const Standing* standing : all) by_place[standing->place].push_back(standing);
        std::vector<Group> groups;
        for (auto& [place, group] : by_place) groups.push_back(std::move(group));
        std::stable_sort(groups.begin(), groups.end(),
                         [](const Group& a, const Group& b) { return a.size() > b.size(); });
        return groups;
    }

    static bool is_synchronizing(const Group& group) { return group.front()->cut->synchronizing; }

    // One snapshot proves it only where nobody may be ahead of the others: between messages, and in a
    // broadcast, ranks are at different places all the time.
    bool can_tell(const Group& most, const Group& group) const {
        const bool stayed = processes_.snapshots > 1;
        if (!is_synchronizing(most)) return stayed && most.front()->stance == Stance::Collective;
        return stayed || is_synchronizing(group) || group.front()->stance == Stance::Peer;
    }

    bool find_out_of_step() {
        if (!blocked_.empty() || !running_.empty() || goes_on()) return false;
        const auto groups = groups_of(waiting_);
        if (groups.size() < 2) return false;
        const Group& most = groups.front();
        if (most.front()->stance == Stance::Idle) return false;
        const bool tie = groups[1].size() == most.size();
        Group others;
        for (std::size_t i = tie ? 0 : 1; i < groups.size(); ++i) {
            if (!can_tell(most, groups[i])) return false;
            others.insert(others.end(), groups[i].begin(), groups[i].end());
        }
        std::sort(others.begin(), others.end(),
                  [](const Standing* a, const Standing* b) { return a->label < b->label; });
        const std::string& usual = most.front()->cut->operation;
        accuse(others, [&](const Standing& standing) {
            const std::string& own = standing.cut->operation;
            if (tie) return fmt::format("out of step: in {}, and as many are elsewhere", own);
            return own == usual
                       ? fmt::format("out of step: in {} from another call site than the other {}", own, most.size())
                       : fmt::format("out of step: in {}, while {} are in {}", own, most.size(), usual);
        });
        return true;
    }

    bool find_late() {
        if (processes_.snapshots < kFewestToBeLate || running_.empty() || !blocked_.empty()) return false;
        if (running_.size() > std::max<std::size_t>(alive() / 4, 1) || !someone_needs_others()) return false;
        for (const Standing* standing : running_) {
            if (!standing->always_running) return false;
        }
        // Who waits now was at work before: the late ones take turns.
        for (const Standing* standing : waiting_) {
            if (standing->was_running) return false;
        }
        accuse(running_, [&](const Standing&) {
            return fmt::format("it was at work in all {} snapshots, while {}", processes_.snapshots, waiting_words());
        });
        return true;
    }

    bool find_unreadable() {
        if (unreadable_.empty() || !running_.empty() || !blocked_.empty()) return false;
        if (!someone_needs_others() || unreadable_.size() > waiting_.size()) return false;
        accuse(unreadable_,
               [&](const Standing&) { return "it could not be read, and all others wait: " + waiting_words(); });
        return true;
    }

    std::string describe_all() const {
        if (alive() == 0 && !died_.empty()) {
            return fmt::format("{} {} died of a signal, and nobody is left", died_.size(),
                               noun(processes_.label, died_.size()));
        }
        if (alive() == 0) return "there is nobody whose stack could be read";
        if (waiting_.size() == alive() && groups_of(waiting_).size() == 1) {
            return waiting_words() + ", from one call site; if the job hangs, look below Python (network, devices)";
        }
        if (!running_.empty() && processes_.snapshots < kFewestToBeLate && !waiting_.empty()) {
            return fmt::format("{} and {} {} at work; three snapshots of the same ranks tell who is late",
                               waiting_words(), running_.size(), running_.size() == 1 ? "is" : "are");
        }
        return fmt::format("{} at work, {} waiting for others, {} waiting for something else", running_.size(),
                           waiting_.size(), blocked_.size());
    }

    const JobProcesses& processes_;
    const std::vector<std::int64_t>& missing_;
    Group died_, unreadable_, blocked_, running_, waiting_;
    Suspicion result_;
};

}  // namespace

Suspicion find_suspects(const JobProcesses& processes, const std::vector<std::int64_t>& missing) {
    return Judge(processes, missing).decide();
}

}  // namespace pycore
