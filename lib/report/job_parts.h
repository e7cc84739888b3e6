// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What the reports about a job have in common: names of members and frames, and the trees as they are shown.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

std::string_view to_string(JobLabel label);      // "rank", "pid", "input"
std::string_view to_string(Stance stance);       // "collective", "peer", ...
std::string stance_words(const JobClass& made);  // "waits in MPI Barrier", "is at work", ...
// "1 rank", "3 ranks", "2 processes"
std::string count_words(JobLabel label, std::size_t count);

// "train (train.py)", "PMPI_Barrier", "?? (libfoo.so)"
std::string frame_words(const JobFrame& frame);
// "step at /job/train.py:41"
std::string place_words(const JobFrame& frame, std::int64_t line);

// Sets of members as what they are called.
class JobLabels {
public:
    JobLabels(const JobTree& tree, const JobReport& report);
    // Ascending, each once; without members that are none of the job's processes.
    std::vector<std::int64_t> of(const IntervalSet& members) const;

private:
    static constexpr std::int64_t kOther = -1;
    std::vector<std::int64_t> labels_;  // of each member
};

// A tree of one role as it is shown: what lies below an operation is left out, and so are nodes without a
// process of the job.
struct ShownNode {
    std::uint32_t node = 0;
    std::size_t depth = 0;  // shown nodes above it
    std::vector<std::int64_t> labels;
    bool end = false;        // a process has its stack end here, or below where nothing is shown
    std::size_t ending = 0;  // so many processes
    bool operation = false;
};

// In depth-first order.
std::vector<ShownNode> shown_nodes(const JobTree& tree, const JobReport& report, const JobRole& role,
                                   const JobLabels& labels);
// The roles with most Python first: the main thread, the others by name, native ones last.
std::vector<const JobRole*> shown_roles(const JobTree& tree);

}  // namespace pycore
