// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which rank of which job a process is, by the variables that launchers put into its environment, and the name of its
// file.

#include <string>
#include <string_view>

#include "process/job_variables.h"
#include "state/freeze_result.h"

namespace pycore {

// The rank that Slurm gives a task, which may be a launcher of other ranks.
inline constexpr const char* kSlurmsRank = "SLURM_PROCID";
// Whether that is all that tells a rank.
bool has_slurms_rank(const Environment& environment);

RankPlace place_of(const Environment& environment);

// The first 64 characters of a word, with '_' for all that is neither letter, digit, '.', '_' nor '-'.
std::string tame_word(std::string_view word);

// "rank3-n2-4242", or "pycore-n2-4242" for a process without a rank: the name of its file, without suffix. Holds
// nothing but letters, digits, '.', '_' and '-', whatever the environment says.
std::string file_stem(const RankPlace& place, std::string_view host, std::int64_t pid);

}  // namespace pycore
