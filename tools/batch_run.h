// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What tools about many targets have in common: finding the targets, reading them in processes of their own
// with this one confined, a bar on a terminal meanwhile.

#include "batch/collect_targets.h"
#include "batch/read_targets.h"
#include "tool.h"

namespace pycore {

// --jobs, --time-limit
std::vector<ToolOption> batch_options();

// By --color: on a terminal, unless the answer goes into a file.
bool wants_color(const Invocation& invocation);

struct BatchTask {
    ReadOptions read;
    TargetWork work;                                              // in the readers
    std::function<CollectedTargets()> collect;                    // here, once confined; unless given all that is named
    std::function<void(const Target& target, BatchResult)> take;  // here, in any order
};

// How it went.
struct BatchRun {
    CollectedTargets collected;
    std::vector<std::optional<std::string>> errors;  // of each target; nullopt: it was read
    std::size_t files = 0;                           // cores and snapshots
    std::uint64_t bytes = 0;                         // of these
    std::uint64_t bytes_touched = 0;                 // of these, if `read` says that it is to be counted
    std::chrono::nanoseconds wall{};
    std::chrono::nanoseconds busy{};  // of all readers
};

// An Error if there can be no readers. Enters the sandbox.
Result<BatchRun> run_batch(const Invocation& invocation, const BatchTask& task);

// Says on stderr what could not be read and why, the first of many without -v; false if all was read.
bool tell_unread(const Invocation& invocation, const BatchRun& run);

}  // namespace pycore
