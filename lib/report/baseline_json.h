// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Baselines as files (schema pycore/triage-baseline/1): the clusters that are known from one run to the next. People
// edit them - a title, a note, a status - and keep them under version control; so one entry's parts stand in
// lines of their own, in a fixed order.

#include <string>
#include <string_view>

#include "base/result.h"
#include "state/triage.h"

namespace pycore {

std::string write_baseline(const Baseline& baseline, std::string_view tool_version);

// An Error says which entry is wrong and how. A baseline is untrusted: what it says is bounded and checked.
Result<Baseline> read_baseline(std::string_view document);

}  // namespace pycore
