// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// triage: from what was read of a batch to what is told about it, and what the next run should know.

#include <optional>

#include "state/triage.h"

namespace pycore {

// Clusters of the part, beside what the baseline knows: by L1, else by similarity. Clusters that the baseline
// knows as one are told as one.
TriageReport triage(TriagePart part, const std::optional<Baseline>& baseline);

// The baseline after this run. Doing it twice changes nothing more. What occurred again after it was fixed is
// known from now on; what is ignored stays so.
Baseline update_baseline(Baseline baseline, const TriageReport& report);

}  // namespace pycore
