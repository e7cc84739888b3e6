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

struct BatchRun {
    CollectedTargets collected;
    std::vector<std::optional<std::string>> errors;  // of each target; nullopt: it was read
    std::uint64_t bytes_touched = 0;                 // of all cores, of `bytes`
    std::uint64_t bytes = 0;
};

// Calls `work` in reader processes and `take` here, in any order. nullopt: it was told why not.
std::optional<BatchRun> run_batch(const Invocation& invocation, const ReadOptions& read, TargetWork work,
                                  const std::function<void(const Target&, std::string)>& take);

}  // namespace pycore
