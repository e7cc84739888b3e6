// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Reads many targets at once. Each is read by one of a few child processes, so that a target that crashes its
// reader, eats all memory or never comes to an end costs itself alone: it is told with its reason, and the
// rest is read. What is made of a process is made there, too, by the `work` that the caller gives; only the
// text that it returns comes back.
//
//   caller (confined)  <- results -  supervisor  <- results -  readers (confined, one target at a time)
//
// Nobody but the readers looks at what is in a target, or at what another reader made of it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch/target.h"
#include "pycore.h"

namespace pycore {

// Runs in a reader. An Error from reading the target is told without it.
using TargetWork = std::function<std::string(const Target& target, const ProcessState& state)>;

struct BatchOptions {
    ReadOptions read;
    unsigned jobs = 0;  // readers; 0: as many as there are processors and memory for
    std::chrono::milliseconds time_limit = std::chrono::minutes(2);  // of each target
    // Runs first in each reader: it gives up what rights it does not need.
    std::function<void()> confine;
};

// What became of one target.
struct BatchResult {
    std::size_t index = 0;             // in the list of targets
    std::string text;                  // what `work` made; of a Part, the file itself
    std::optional<std::string> error;  // why there is no text; finishes "PATH: ..."
    std::uint64_t bytes_touched = 0;   // of the target: what was looked at of it
    std::chrono::nanoseconds time{};
};

using OnResult = std::function<void(BatchResult result)>;

// How many readers this machine has room for: processors that may be used, and 400 MB of free memory each.
unsigned readers_with_room();

class TargetReader {
public:
    // Makes the supervisor. To be called before the caller gives up rights and before it starts threads.
    static Result<TargetReader> start(TargetWork work, BatchOptions options);
    ~TargetReader();
    TargetReader(TargetReader&&) noexcept;
    TargetReader& operator=(TargetReader&&) noexcept;

    // Once. Results come as they are done, in any order, one for each target. An Error: the supervisor is gone.
    Result<void> read(const std::vector<Target>& targets, const OnResult& on_result);

private:
    struct Supervisor;
    explicit TargetReader(std::unique_ptr<Supervisor> supervisor);
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace pycore
