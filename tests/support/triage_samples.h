// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Whole triages for tests of reports.

#include <string>

#include "state/triage.h"

namespace pycore::test {

// What a crafted core may be called, or call its functions: markup, ends of markup, controls, directions.
std::string hostile_name();

// Three causes beside a baseline (back, new, known), several inputs, one unreadable; of real shapes.
TriageReport triage_report();
// The same with hostile names wherever text comes out of a dump or a folder.
TriageReport hostile_report();
// So many causes with a stack each.
TriageReport large_report(std::size_t causes);

}  // namespace pycore::test
