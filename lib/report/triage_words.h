// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Words, counts and sentences that all reports of a triage share.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/completeness.h"
#include "state/triage.h"

namespace pycore {

std::string_view to_string(InputStatus status);     // "read", "partial", "unreadable"
std::string_view to_string(ClusterState state);     // "new", "known", "regression", "ignored"
std::string_view to_string(BaselineStatus status);  // "known", "fixed", "ignored"
std::optional<InputStatus> input_status_from(std::string_view word);
std::optional<BaselineStatus> baseline_status_from(std::string_view word);

struct TriageTotals {
    std::size_t inputs = 0;
    std::size_t partial = 0;
    std::size_t unreadable = 0;
    std::size_t clusters = 0;
    std::size_t fresh = 0;  // clusters in state new
    std::size_t known = 0;
    std::size_t regressions = 0;
    std::size_t ignored = 0;
};

TriageTotals totals_of(const TriageReport& report);
Completeness completeness_of(const TriageTotals& totals);

// "12 inputs, 1 unreadable: 3 causes (1 back after its fix, 1 new, 1 known)"
std::string totals_sentence(const TriageReport& report);
// "5 x CPython 3.12.3, 2 x 3.13.1"; "" if nothing is known.
std::string versions_phrase(const StackCluster& cluster);
// "n1 (4), n2", at most eight of them; not escaped.
std::string hosts_phrase(const StackCluster& cluster);
// "confidence high, 0.41 ahead of 0123456789abcdef"
std::string certainty_phrase(const StackCluster& cluster);
// "1 core", "3 cores"
std::string counted(std::size_t count, std::string_view what);

}  // namespace pycore
