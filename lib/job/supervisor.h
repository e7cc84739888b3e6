// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Runs a command and lets all that descends from it be frozen while it lives. Two processes of ours stand above it:
//   supervisor   takes signals, keeps time, gives the command's end on to whoever started us
//   guardian     the command's parent, freezes; as an ancestor it may read and stop what it started, also where
//                the machine lets only parents do that (Yama, kernel.yama.ptrace_scope 1)
// If the guardian hangs or dies, the command goes on below the supervisor.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "freeze/capture.h"
#include "freeze/watchdog.h"

namespace pycore {

struct SupervisorOptions {
    std::vector<std::string> command;
    std::vector<int> signals;                     // freeze on these; the command never sees them
    std::optional<std::chrono::seconds> timeout;  // freeze so long after the start
    std::optional<std::chrono::seconds> silence;  // freeze when nothing was written for so long
    bool on_crash = false;                        // trace the command, and freeze what a signal is about to end
    std::chrono::nanoseconds longest_stop{};      // of one process; a guardian that takes longer is killed
    std::chrono::seconds longest_freeze{600};     // of all of them
};

struct FreezeRequest {
    std::vector<std::int64_t> pids;
    std::string why;  // for the message: "SIGUSR1", "timeout of 5 s", ...
    StopSignal on_stop;
    std::function<void(std::int64_t pid, CaptureOptions&)> prepare;  // to be called with the options for each
};
using FreezeAll = std::function<void(const FreezeRequest&)>;

struct SupervisedEnd {
    bool started = true;
    int status = 0;  // as waitpid(2) gives it
};

// `say` prints a message about the run itself. Call it before any thread is started.
SupervisedEnd supervise(const SupervisorOptions& options, const FreezeAll& freeze,
                        const std::function<void(const std::string&)>& say);

}  // namespace pycore
