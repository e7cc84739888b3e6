// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One function a format of `pycore triage`. Each returns a whole document; equal reports give equal bytes.

#include <string>

#include "report/json_stream.h"
#include "state/triage.h"

namespace pycore {

struct TriageOptions {
    std::string tool_version;
    bool color = false;         // of text
    bool everything = false;    // text: every cluster's stack, every unreadable input
    std::size_t max_bytes = 0;  // Markdown: at most so long; 0: no bound
    TextSink sink = {};         // takes a long JSON document in pieces; the string returned is its rest
};

std::string write_triage_text(const TriageReport& report, const TriageOptions& options);
std::string write_triage_json(const TriageReport& report, const TriageOptions& options);  // pycore/triage/1
std::string write_triage_jsonl(const TriageReport& report,
                               const TriageOptions& options);  // one line an input, one a cluster
std::string write_triage_junit(const TriageReport& report, const TriageOptions& options);
std::string write_triage_sarif(const TriageReport& report, const TriageOptions& options);
std::string write_triage_markdown(const TriageReport& report, const TriageOptions& options);
std::string write_triage_html(const TriageReport& report, const TriageOptions& options);

}  // namespace pycore
