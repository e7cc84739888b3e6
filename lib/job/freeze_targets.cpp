// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/freeze_targets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "job/host.h"
#include "job/job_place.h"
#include "process/job_variables.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

enum class Holds { Python, SomethingElse, Unknown };

// By the names of its program and libraries, which is right for all but programs that have a Python linked in.
Holds guess_python(std::int64_t task) {
    const auto mappings = read_mappings(task);
    if (!mappings || mappings->empty()) return Holds::Unknown;
    for (const ProcMapping& mapping : *mappings) {
        if (!mapping.is_file()) continue;
        const std::string_view path = mapping.path;
        const std::string_view name = path.substr(path.rfind('/') + 1);
        if (name.starts_with("libpython") || name.starts_with("python")) return Holds::Python;
    }
    return Holds::SomethingElse;
}

bool is_kernel_thread(const ProcessEntry& process) { return process.pid == 2 || process.parent == 2; }

bool looks_foreign_and_python(const ProcessEntry& process) {
    const auto own = static_cast<std::int64_t>(::geteuid());
    return own != 0 && process.user != own && process.name.starts_with("python");
}

class Selector {
public:
    explicit Selector(const ProcessTable& table) : table_(table) {
        for (const std::int64_t pid : table.ancestors(own_)) ancestors_.insert(pid);
    }

    FreezeSelection select(const std::vector<std::int64_t>& pids) {
        for (const std::int64_t pid : pids) consider(pid);
        name_launchers();
        name_children();
        std::sort(selection_.targets.begin(), selection_.targets.end(), [](const auto& a, const auto& b) {
            const auto key = [](const FreezeTarget& target) {
                return std::tuple(!target.place.rank, target.place.rank.value_or(0), target.pid);
            };
            return key(a) < key(b);
        });
        return std::move(selection_);
    }

private:
    void skip(const ProcessEntry& process, std::string reason) {
        selection_.skipped.push_back({process.pid, host_name(), process.name, std::move(reason)});
    }

    void consider(std::int64_t pid) {
        const ProcessEntry* process = table_.find(pid);
        if (process == nullptr || pid == own_) return;
        if (is_kernel_thread(*process)) return skip(*process, "it is a thread of the kernel");
        const std::int64_t task = living_task(pid);
        if (has_ended(task)) return skip(*process, "it has ended");
        if (ancestors_.contains(pid) && guess_python(task) == Holds::Python) {
            return skip(*process, "this command was started by it");
        }
        const Environment environment = read_live_environment(task);
        if (has_slurms_rank(environment)) by_slurm_.insert(pid);
        selection_.targets.push_back(
            {pid, process->name, place_of(environment), {}, guess_python(task) == Holds::Python});
    }

    // A Python that starts the ranks (torchrun, a driver under srun) has Slurm's number of itself; its children
    // have ranks of their own.
    void name_launchers() {
        std::set<std::int64_t> launchers;
        for (const FreezeTarget& target : selection_.targets) {
            if (!target.place.rank || by_slurm_.contains(target.pid)) continue;
            for (const std::int64_t pid : table_.ancestors(target.pid)) launchers.insert(pid);
        }
        for (FreezeTarget& target : selection_.targets) {
            if (by_slurm_.contains(target.pid) && launchers.contains(target.pid)) target.place.rank.reset();
        }
    }

    // Helpers that a rank forked (loaders of data, pools) have its environment.
    void name_children() {
        std::map<std::int64_t, const RankPlace*> places;
        for (const FreezeTarget& target : selection_.targets) {
            if (target.place.rank && target.python_is_sure) places.emplace(target.pid, &target.place);
        }
        for (FreezeTarget& target : selection_.targets) {
            if (!target.place.rank) continue;
            for (const std::int64_t pid : table_.ancestors(target.pid)) {
                const auto found = places.find(pid);
                if (found != places.end() && *found->second == target.place) target.child_of = pid;
            }
        }
    }

    const ProcessTable& table_;
    std::int64_t own_ = ::getpid();
    std::set<std::int64_t> ancestors_;
    std::set<std::int64_t> by_slurm_;
    FreezeSelection selection_;
};

}  // namespace

FreezeSelection select_processes(const ProcessTable& table, const std::vector<std::int64_t>& pids) {
    return Selector(table).select(pids);
}

Result<FreezeSelection> select_tree(const ProcessTable& table, std::int64_t pid) {
    if (table.find(pid) == nullptr) {
        return Error{ErrorCode::NotFound, "there is no process with this id (any more)", {}};
    }
    return Selector(table).select(table.tree(pid));
}

Result<FreezeSelection> select_cgroup(const ProcessTable& table, const std::string& path) {
    const auto pids = read_cgroup(path);
    if (!pids) return pids.error();
    return Selector(table).select(*pids);
}

Result<FreezeSelection> select_step(const ProcessTable& table, const SlurmStep& step) {
    const std::vector<std::int64_t> pids = processes_of_step(table, step);
    if (pids.empty()) {
        return Error{ErrorCode::NotFound,
                     fmt::format("no process of it runs on this node ({}) as far as this user may see",
                                 own_node().value_or(host_name())),
                     {}};
    }
    return Selector(table).select(pids);
}

FreezeSelection select_all(const ProcessTable& table) {
    std::vector<std::int64_t> pids;
    std::size_t foreign = 0;
    const auto own = static_cast<std::int64_t>(::geteuid());
    for (const std::int64_t pid : table.pids()) {
        const ProcessEntry& process = *table.find(pid);
        foreign += looks_foreign_and_python(process) ? 1 : 0;
        if ((own == 0 || process.user == own) && !is_kernel_thread(process)) pids.push_back(pid);
    }
    FreezeSelection selection = Selector(table).select(pids);
    selection.foreign = foreign;
    return selection;
}

}  // namespace pycore
