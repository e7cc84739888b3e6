// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ScheduleWitness proves that nothing ran: the kernel counts for each thread how long it was on a processor
// and how often (/proc/PID/task/TID/schedstat, Documentation/scheduler/sched-stats.rst). If two witnesses of
// a process are equal, all that was read between them was read at one instant, and nobody was stopped.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pycore {

struct ScheduleWitness {
    std::map<std::int64_t, std::string> threads;  // by tid: time on a processor (ns), time in wait (ns), turns
    bool running = false;                         // some thread is on a processor now

    bool operator==(const ScheduleWitness&) const = default;
};

// nullopt where the kernel keeps no such counts (CONFIG_SCHED_INFO), or the process has ended.
std::optional<ScheduleWitness> witness_schedule(std::int64_t pid);

}  // namespace pycore
