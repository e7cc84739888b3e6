// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What will keep us from freezing, found out before it matters. Nobody is stopped for it, and nothing is written.

#include <cstdint>
#include <string>
#include <vector>

#include "state/finding.h"

namespace pycore {

// Rights, kernel, where kernel cores go.
std::vector<Finding> examine_machine();
// One process: whether it can be read and stopped, tried in earnest; what a kernel core of it would lack.
std::vector<Finding> examine_process(std::int64_t pid);
// Whether there is a Slurm, and what it does with jobs at their end.
std::vector<Finding> examine_slurm();
// The place for files. `pid`: whose size to compare with; 0 for none.
std::vector<Finding> examine_output(const std::string& folder, std::int64_t pid);

}  // namespace pycore
