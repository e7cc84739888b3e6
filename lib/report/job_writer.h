// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `pycore merge` writes: one function a format. All but the text are whole documents.

#include <string>
#include <string_view>

#include "report/json_stream.h"
#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

struct JobTextOptions {
    bool color = false;
    bool tree = true;  // the prefix trees behind the classes
};

std::string write_job_text(const JobTree& tree, const JobReport& report, const JobTextOptions& options);
// Schema pycore/merge/1.
std::string write_job_json(const JobTree& tree, const JobReport& report, std::string_view tool_version,
                           TextSink sink = {});
// Graphviz, as STATview reads it: nodes are calls, edges carry ranks.
std::string write_job_dot(const JobTree& tree, const JobReport& report);
// "MainThread;train (train.py);step (train.py) 7": a line for each end of a stack, with the number of processes.
std::string write_job_folded(const JobTree& tree, const JobReport& report);
// https://www.speedscope.app: a profile for each role, a process weighs one.
std::string write_job_speedscope(const JobTree& tree, const JobReport& report, std::string_view tool_version);
// One file, without scripts from elsewhere; to be read without any, too.
std::string write_job_html(const JobTree& tree, const JobReport& report, std::string_view tool_version);

}  // namespace pycore
