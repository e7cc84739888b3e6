// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The guardian of lib/job/supervisor.h: starts the command, freezes when it is told to, takes note of its end.

#include <sys/types.h>

#include <atomic>
#include <csignal>

#include "job/supervisor.h"

namespace pycore {

// What the two processes tell each other, in memory that they share.
struct GuardianBoard {
    std::atomic<std::int64_t> stopped_since{0};  // CLOCK_MONOTONIC in ns; 0: no target stands still
    std::atomic<pid_t> command{0};               // its process id; -1: it could not be started
    std::atomic<int> status{0};                  // of its end
    std::atomic<bool> ended{false};
    std::atomic<bool> freezing{false};
    static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);
};

// In a child of the supervisor; never returns. `orders`: each line is a reason to freeze; its end means that the
// supervisor is gone. `mask`: the signals that were blocked before.
[[noreturn]] void run_guardian(const SupervisorOptions& options, const FreezeAll& freeze, GuardianBoard& board,
                               int orders, const sigset_t& mask);

}  // namespace pycore
