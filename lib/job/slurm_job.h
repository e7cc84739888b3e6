// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A job of Slurm's as squeue tells it, and the command that starts one helper on each of its nodes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pycore {

struct SlurmJob {
    std::string id;     // what --jobid takes: "19", also for a task of an array
    std::string name;   // what people say: "17_3"
    std::string state;  // "RUNNING", "PENDING", ...
    std::int64_t user = 0;
    std::string user_name;
    std::int64_t node_count = 0;
    std::string node_list;  // "n[1-2]"
    std::string time_left;  // "1:58"
};

// The one running job of this id. An Error is a sentence: no Slurm, no such job, one that does not run (any more),
// somebody else's, an array of which no task is named.
Result<SlurmJob> find_job(const std::string& id);
// The same from squeue's answer; `own_user` may freeze only their own jobs, 0 all.
Result<SlurmJob> choose_job(const std::string& id, std::string_view answer, std::int64_t own_user);

// The names of its nodes; empty if Slurm does not tell them.
std::vector<std::string> node_names(const SlurmJob& job);

// srun with one task of `helper` on each node, beside what runs there. Every option is given, because those that are
// not come from the variables of the step or script that we run in.
std::vector<std::string> helper_command(const SlurmJob& job, const std::vector<std::string>& helper);

// A command as a shell takes it.
std::string quote_command(const std::vector<std::string>& words);

}  // namespace pycore
