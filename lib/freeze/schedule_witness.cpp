// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/schedule_witness.h"

#include <fmt/format.h>

#include <utility>

#include "process/proc_files.h"

namespace pycore {
namespace {

// Field 3 of /proc/PID/task/TID/stat, behind the name in parentheses, which may hold anything.
char state_of(const std::string& stat) {
    const std::size_t end = stat.rfind(") ");
    return end == std::string::npos || end + 2 >= stat.size() ? '?' : stat[end + 2];
}

}  // namespace

std::optional<ScheduleWitness> witness_schedule(std::int64_t pid) {
    ScheduleWitness witness;
    for (const std::int64_t tid : list_tasks(pid)) {
        auto counts = read_proc_file(fmt::format("/proc/{}/task/{}/schedstat", pid, tid));
        const auto stat = read_proc_file(fmt::format("/proc/{}/task/{}/stat", pid, tid));
        if (!counts || counts->empty() || !stat) return std::nullopt;
        // The time of a turn that is not over is not yet in the counts.
        witness.running = witness.running || state_of(*stat) == 'R';
        witness.threads.emplace(tid, *std::move(counts));
    }
    if (witness.threads.empty()) return std::nullopt;
    return witness;
}

}  // namespace pycore
