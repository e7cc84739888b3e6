// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The union of the parts of a triage: the same in any order and grouping.

#include <vector>

#include "state/triage.h"

namespace pycore {

// Sorts, and keeps each path and key once. Of two inputs with one path the one that was read better stays.
TriagePart merge_parts(std::vector<TriagePart> parts);

}  // namespace pycore
