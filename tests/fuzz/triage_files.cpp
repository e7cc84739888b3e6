// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Parts and baselines of `pycore triage`, on to its reports: a first byte 'b' means a baseline. What is accepted
// is written and read once more.
#include <cstdlib>

#include "analysis/triage.h"
#include "analysis/triage_part.h"
#include "fuzz/target.h"
#include "report/baseline_json.h"
#include "report/triage_part_json.h"
#include "report/triage_writer.h"

namespace pycore::fuzz {
namespace {

void read_as_baseline(std::string_view text) {
    const auto baseline = read_baseline(text);
    if (baseline && !read_baseline(write_baseline(*baseline, "0"))) std::abort();
}

void read_as_part(std::string_view text) {
    auto part = read_triage_part(text);
    if (!part) return;
    if (!read_triage_part(write_triage_part(*part, "0"))) std::abort();
    const TriageReport report = triage(merge_parts({*std::move(part)}), Baseline{});
    for (const auto write : {write_triage_text, write_triage_json, write_triage_junit, write_triage_sarif,
                             write_triage_markdown, write_triage_html}) {
        static_cast<void>(write(report, {"0"}));
    }
}

}  // namespace

void fuzz_triage_files(Bytes input) {
    if (input.empty()) return;
    const std::string text(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
    input.front() == std::byte{'b'} ? read_as_baseline(text) : read_as_part(text);
}

}  // namespace pycore::fuzz
