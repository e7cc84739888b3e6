// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Who stands out, by rules that each give a reason. The first rule that finds somebody is the answer:
//   1 it died, and the others live on            5 it was still at work in every snapshot, while all others wait
//   2 its process is gone, and others wait       6 it stayed elsewhere than nearly all others, who stayed, too
//   3 it waits for something of its own          7 it could not be read, and all others wait
//   4 all wait for each other, but not in the same operation

#include <map>
#include <string>

#include "analysis/job_processes.h"
#include "state/job_report.h"

namespace pycore {

struct Suspicion {
    std::map<std::int64_t, std::string> suspects;  // by label, with the reason
    std::string missing_why;                       // "": missing ranks are no suspects
    std::string verdict;
};

Suspicion find_suspects(const JobProcesses& processes, const std::vector<std::int64_t>& missing);

}  // namespace pycore
