// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which members are the job's processes, which belong to it in another way, and what several snapshots of the
// same process say together.

#include <vector>

#include "analysis/standing.h"
#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

struct JobProcesses {
    JobLabel label = JobLabel::Input;
    std::vector<Standing> standings;        // one a process, by label: as its last snapshot has it
    std::vector<std::uint32_t> others;      // members that are none: launchers, helpers of a rank
    std::size_t snapshots = 1;              // of the process that has most
    std::optional<std::int64_t> told_size;  // of the job, as its ranks were told
};

JobProcesses find_processes(const JobTree& tree);

}  // namespace pycore
