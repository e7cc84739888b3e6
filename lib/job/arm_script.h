// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Lines for a batch script of Slurm's that freezes its job some time before the limit.

#include <chrono>
#include <string>

namespace pycore {

inline constexpr auto kLongestBefore = std::chrono::seconds(65'535);  // sbatch --signal takes no more

// `program`: the path of pycore on the nodes.
std::string arm_script(std::chrono::seconds before, const std::string& program);

}  // namespace pycore
