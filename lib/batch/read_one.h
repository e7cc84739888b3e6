// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One target, read in this very process.

#include "batch/read_targets.h"

namespace pycore {

// `index` of the result is left to the caller.
BatchResult read_one(const Target& target, const TargetWork& work, const ReadOptions& options);

}  // namespace pycore
