// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Does one piece of work for each of many processes, some at once, each in a child process of its own: one that hangs
// or dies takes nobody with it. A child that holds its target still for too long is killed, which lets the target run
// on.

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "freeze/watchdog.h"

namespace pycore {

struct PoolLimits {
    std::size_t at_once = 1;
    std::chrono::nanoseconds stop = std::chrono::milliseconds(270);  // of one target
    std::chrono::nanoseconds each = std::chrono::seconds(60);        // for all of one piece
};

struct WorkerEnd {
    enum class How { Done, StoppedTooLong, TookTooLong, Died, Interrupted, NotBegun };
    How how = How::NotBegun;
    int signal = 0;       // that it died of
    std::string message;  // what `work` returned
};

// The text goes back to the parent through a pipe.
using Work = std::function<std::string(std::size_t index, const StopSignal&)>;
using PoolProgress = std::function<void(std::size_t index, const WorkerEnd&)>;

// SIGINT, SIGTERM and SIGHUP end it early: what runs is killed, the rest is not begun. Call it before any thread is
// started. `progress` is called in the order in which they end.
std::vector<WorkerEnd> run_workers(std::size_t count, const PoolLimits& limits, const Work& work,
                                   const PoolProgress& progress);

}  // namespace pycore
