// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "job/doctor.h"
#include "job/host.h"
#include "job/run_program.h"
#include "job/slurm_job.h"

namespace pycore {
namespace {

using State = Finding::State;

constexpr auto kPatience = std::chrono::seconds(10);

// A line "Key    = value" of `scontrol show config`.
std::string value_of(const std::string& configuration, const std::string& key) {
    const std::size_t line = configuration.find("\n" + key + " ");
    const std::size_t equals = line == std::string::npos ? line : configuration.find("= ", line);
    if (equals == std::string::npos) return {};
    return configuration.substr(equals + 2, configuration.find('\n', equals) - equals - 2);
}

std::string without_end(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

void examine_configuration(const std::string& configuration, std::vector<Finding>& findings) {
    const std::string tracking = value_of(configuration, "ProctrackType");
    if (tracking == "proctrack/pgid") {
        findings.push_back({"slurm", "ranks", State::Warn,
                            "proctrack/pgid: Slurm does not tell which processes are ranks",
                            "pycore finds them by their environment, unless they overwrite it"});
    } else if (!tracking.empty()) {
        findings.push_back({"slurm", "ranks", State::Ok, tracking + ": Slurm tells which processes are ranks", ""});
    }
    const std::string wait = value_of(configuration, "KillWait");
    if (!wait.empty()) {
        findings.push_back({"slurm", "time limit", State::Ok,
                            fmt::format("at a job's limit its processes get SIGTERM, and SIGKILL {} later", wait), ""});
    }
    const std::string limits = value_of(configuration, "PropagateResourceLimits");
    if (limits == "ALL" || limits.find("CORE") != std::string::npos) {
        findings.push_back(
            {"slurm", "core limit", State::Ok, "jobs get the core limit of the shell that submits them", ""});
    }
}

void examine_own_job(std::vector<Finding>& findings) {
    const auto id = own_variable("SLURM_JOB_ID");
    if (!id) {
        findings.push_back({"slurm", "job", State::Ok, "not in a job; `pycore job freeze JOBID` freezes one", ""});
        return;
    }
    const auto job = find_job(*id);
    if (!job) {
        findings.push_back({"slurm", "job", State::Warn, job.error().message, ""});
        return;
    }
    findings.push_back({"slurm", "job", State::Ok,
                        fmt::format("in job {} on {} ({} left)", job->name, job->node_list, job->time_left), ""});
    findings.push_back(
        {"slurm", "signal", State::Ok,
         "Slurm does not tell whether the job was submitted with --signal; the lines of `pycore job arm` "
         "have it",
         ""});
}

}  // namespace

std::vector<Finding> examine_slurm() {
    const auto version = run_program({"scontrol", "--version"}, kPatience);
    if (!version) return {{"slurm", "version", State::Ok, "no Slurm here (scontrol is not in PATH)", ""}};
    if (version->status != 0) {
        return {{"slurm", "version", State::Warn,
                 "Slurm's commands are here, but not set up: " + version->errors.substr(0, version->errors.find('\n')),
                 "SLURM_CONF names its configuration, if there is one"}};
    }
    const auto configuration = run_program({"scontrol", "show", "config"}, kPatience);
    if (!configuration || configuration->status != 0) {
        const std::string why = configuration ? configuration->errors : configuration.error().message;
        return {{"slurm", "version", State::Warn,
                 fmt::format("{}, but its controller does not answer: {}", without_end(version->output),
                             why.substr(0, why.find('\n'))),
                 "`scontrol ping` tells more; SLURM_CONF names its configuration"}};
    }
    std::vector<Finding> findings = {{"slurm", "version", State::Ok, without_end(version->output), ""}};
    examine_configuration(configuration->output, findings);
    examine_own_job(findings);
    return findings;
}

}  // namespace pycore
