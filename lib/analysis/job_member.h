// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One process as a member of a job.

#include <string>

#include "analysis/job_tree_builder.h"
#include "state/process_state.h"

namespace pycore {

// What is known of a member besides its own word.
struct MemberOrigin {
    std::string target;
    std::optional<std::int64_t> rank;  // of an index, or of the file's name: if the process does not say
    std::optional<std::int64_t> pid;
    std::optional<std::string> host;
};

void add_process(JobTreeBuilder& builder, const ProcessState& state, const MemberOrigin& origin);
// It belongs to the job, but there is nothing to read of it.
void add_unreadable(JobTreeBuilder& builder, const MemberOrigin& origin, const std::string& reason);

// "rank3.json", "rank12-n1-4711.core.zst", "core.rank-7": the number.
std::optional<std::int64_t> rank_in_name(std::string_view path);
// Digits stripped: "worker-12" is "worker-#".
std::string role_name(std::string_view thread_name);

}  // namespace pycore
