// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// TreeTracer traces a process and all that it starts, and stops none of them but when a signal is about to end one. All
// calls come from one thread. It never asks the kernel to end what it traces with us: if we die, all of it runs on.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "freeze/capture.h"

namespace pycore {

class TreeTracer {
public:
    // Of a process that is to die of a signal; it stands still until finish().
    struct Crash {
        std::int64_t pid = 0;
        int number = 0;
        CrashSignal signal;
    };

    // False if it cannot be traced.
    bool attach(std::int64_t pid);
    // A stop that waitpid(2) told of, with __WALL. Lets the thread run on, unless it is a crash.
    std::optional<Crash> take(std::int64_t tid, int status);

    // Stops all threads of a traced process, and gives their registers.
    std::vector<StoppedThread> hold(std::int64_t pid);
    // Lets those run on that hold() stopped.
    void release();
    // The same after a crash, and never traces them again: each gets the signal that it was about to get.
    void finish(std::int64_t pid);

    // Ends of processes that came while threads were stopped: process id, status.
    std::vector<std::pair<std::int64_t, int>> take_ends() { return std::exchange(ends_, {}); }

private:
    void stop(StoppedThread& thread);

    std::vector<StoppedThread> held_;
    std::optional<std::pair<std::int64_t, int>> crashing_;  // a thread that stands in its signal
    std::set<std::int64_t> stopped_before_;                 // by SIGSTOP and the like
    std::vector<std::pair<std::int64_t, int>> ends_;
};

}  // namespace pycore
