// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Writes every report of the hand-made triages into a folder, for check_reports.py and the browser's tests:
//     write_reports FOLDER
//     write_reports --html CAUSES FILE

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

#include "analysis/triage.h"
#include "report/baseline_json.h"
#include "report/triage_part_json.h"
#include "report/triage_writer.h"
#include "support/triage_samples.h"

using namespace pycore;

namespace {

void write_all(const std::string& folder, const std::string& name, const TriageReport& report) {
    using Writer = std::string (*)(const TriageReport&, const TriageOptions&);
    const std::pair<const char*, Writer> writers[] = {{"json", write_triage_json},       {"jsonl", write_triage_jsonl},
                                                      {"junit.xml", write_triage_junit}, {"sarif", write_triage_sarif},
                                                      {"md", write_triage_markdown},     {"html", write_triage_html}};
    for (const auto& [ending, write] : writers) {
        std::ofstream(folder + "/" + name + "." + ending) << write(report, {"0.1.0"});
    }
    std::ofstream(folder + "/" + name + ".part.json") << write_triage_part(report.part, "0.1.0");
    std::ofstream(folder + "/" + name + ".baseline.json") << write_baseline(update_baseline({}, report), "0.1.0");
}

}  // namespace

int main(int count, char** words) {
    if (count == 4 && std::strcmp(words[1], "--html") == 0) {
        const auto causes = static_cast<std::size_t>(std::atoi(words[2]));
        std::ofstream(words[3]) << write_triage_html(test::large_report(causes), {"0.1.0"});
        return 0;
    }
    if (count != 2) {
        std::fputs("write_reports FOLDER | --html CAUSES FILE\n", stderr);
        return 2;
    }
    write_all(words[1], "usual", test::triage_report());
    write_all(words[1], "hostile", test::hostile_report());
    write_all(words[1], "empty", {});
    write_all(words[1], "many", test::large_report(150));
    return 0;
}
