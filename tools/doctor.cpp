// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <algorithm>
#include <iterator>

#include "base/parse_number.h"
#include "job/doctor.h"
#include "output.h"
#include "report/doctor_report.h"
#include "tool.h"

namespace pycore {
namespace {

std::vector<Finding> examine(std::int64_t pid, const std::string& folder) {
    std::vector<Finding> findings = examine_machine();
    const auto add = [&](std::vector<Finding> more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    if (pid != 0) add(examine_process(pid));
    add(examine_slurm());
    add(examine_output(folder, pid));
    return findings;
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    const auto pid = invocation.target().empty() ? std::nullopt : parse_number(invocation.target());
    if (!invocation.target().empty() && (!pid || *pid < 1)) {
        print_error(tool.name, invocation.target() + ": this is no process id; 'pycore help doctor' shows how");
        return ExitStatus::Usage;
    }
    const std::string folder = invocation.has("output") ? invocation.value("output") : ".";
    const std::vector<Finding> findings = examine(pid.value_or(0), folder);
    const std::string choice = invocation.value("color");
    const ColorChoice color = choice == "always"  ? ColorChoice::Always
                              : choice == "never" ? ColorChoice::Never
                                                  : ColorChoice::Auto;
    const bool json = invocation.value("format") == "json";
    const auto done = write_stdout(json ? write_doctor_json(findings, pid, version())
                                        : write_doctor_text(findings, use_color(color)));
    const bool hopeless = std::any_of(findings.begin(), findings.end(),
                                      [](const Finding& finding) { return finding.state == Finding::State::No; });
    return done && !hopeless ? ExitStatus::Complete : ExitStatus::NoAnswer;
}

}  // namespace

Tool doctor_tool() {
    return {"doctor",
            "say beforehand what freezing will run into, on this machine and with a process",
            ReadDepth::Process,
            {{"output,o", "DIR", "Where files will be written: the folder that is looked at for free space (`.`)."}},
            run,
            Targets::AtMostOne};
}

}  // namespace pycore
