// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Runs a program of this machine that is known by name (Slurm's), with no shell between.

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace pycore {

struct ProgramAnswer {
    int status = 0;  // of its exit; 128 + N if signal N ended it
    std::string output;
    std::string errors;
};

// NotFound: there is no such program. Limit: it did not end in time and was killed.
Result<ProgramAnswer> run_program(const std::vector<std::string>& command, std::chrono::milliseconds patience);

}  // namespace pycore
