// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From a merged job to classes of ranks and to who stands out. A suspect needs a reason; where there is none,
// nothing stands out, which is an answer.

#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

struct JobQuestion {
    std::optional<std::int64_t> expected_ranks;  // else what the ranks were told
};

JobReport conclude_job(const JobTree& tree, const JobQuestion& question);

// What members are called: by `label`, else by their number.
std::int64_t label_of(const JobTree& tree, std::uint32_t member, JobLabel label);

}  // namespace pycore
