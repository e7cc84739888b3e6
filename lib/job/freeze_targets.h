// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which processes of a set are to be frozen: those that hold a Python, each with its rank. We are
// never among them, nor is a Python that started us.

#include <optional>
#include <string>
#include <vector>

#include "job/process_table.h"
#include "job/slurm_step.h"
#include "state/freeze_result.h"

namespace pycore {

struct FreezeTarget {
    std::int64_t pid = 0;
    std::string name;
    RankPlace place;
    std::optional<std::int64_t> child_of;  // FreezeResult::child_of
    bool python_is_sure = false;           // else it has to be looked for
};

struct FreezeSelection {
    std::vector<FreezeTarget> targets;  // by rank, then by pid
    std::vector<SkippedProcess> skipped;
    std::size_t foreign = 0;  // processes of other users that look like Pythons, left out by select_all()
};

// An Error if there is no such process, control group or step here.
Result<FreezeSelection> select_tree(const ProcessTable& table, std::int64_t pid);
Result<FreezeSelection> select_cgroup(const ProcessTable& table, const std::string& path);
Result<FreezeSelection> select_step(const ProcessTable& table, const SlurmStep& step);
// Of these processes.
FreezeSelection select_processes(const ProcessTable& table, const std::vector<std::int64_t>& pids);
// All processes of ours; of all users, if we are root.
FreezeSelection select_all(const ProcessTable& table);

}  // namespace pycore
