// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which processes of this node belong to a step of a Slurm job. Slurm itself is asked (scontrol listpids), and the
// environment of each process: Slurm knows nothing of ranks that a launcher of another kind started, and some
// programs overwrite their environment.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/process_table.h"

namespace pycore {

struct SlurmStep {
    std::string job;   // "17"; of an array, "17_3", too
    std::string step;  // "0"; "": the whole job

    std::string text() const { return step.empty() ? job : job + "." + step; }
};

// "17.0", "17", "17_3.0"; nullopt for anything else.
std::optional<SlurmStep> parse_step(std::string_view text);

// Without those of our own step. Where this host plays several nodes, of our own node.
std::vector<std::int64_t> processes_of_step(const ProcessTable& table, const SlurmStep& step);

}  // namespace pycore
