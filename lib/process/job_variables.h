// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The environment variables by which launchers tell a process its part in a job: mpirun, PMI's, torchrun,
// Slurm. Of an environment no others are kept, as the rest is nobody's business.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pycore {

using Environment = std::map<std::string, std::string>;

// Whether a variable is one of those.
bool tells_of_job(std::string_view variable);
// "NAME=value", if it is one of those; others are passed over.
void add_job_variable(std::string_view entry, Environment& environment);

// Of a running process, as it was started; empty if it is not there or not ours to read.
Environment read_live_environment(std::int64_t pid);

struct JobVariables {
    std::optional<std::int64_t> rank;        // under mpirun in Slurm, SLURM_PROCID is the launcher's
    std::optional<std::int64_t> world_size;  // told by the same launcher as the rank
    std::optional<std::string> node;
    std::optional<std::string> job;  // "1234.0", "1234"
};

JobVariables read_job_variables(const Environment& environment);

}  // namespace pycore
