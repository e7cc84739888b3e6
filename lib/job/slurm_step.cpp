// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/slurm_step.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "base/parse_number.h"
#include "job/host.h"
#include "job/run_program.h"
#include "process/job_variables.h"

namespace pycore {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);  // with scontrol, which needs 3 ms

bool is_word_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::string value_of(const Environment& environment, const char* variable) {
    const auto found = environment.find(variable);
    return found == environment.end() ? std::string() : found->second;
}

bool is_in_job(const Environment& environment, const std::string& job) {
    const std::string array =
        value_of(environment, "SLURM_ARRAY_JOB_ID") + "_" + value_of(environment, "SLURM_ARRAY_TASK_ID");
    return value_of(environment, "SLURM_JOB_ID") == job || array == job;
}

// False for what is known to belong elsewhere; a process that tells nothing may be anywhere.
bool is_on_our_node(const Environment& environment) {
    const std::string node = value_of(environment, "SLURMD_NODENAME");
    return node.empty() || !own_node() || *own_node() == node;
}

bool is_in_our_step(const Environment& environment) {
    const auto own_step = own_variable("SLURM_STEP_ID");
    return own_step && value_of(environment, "SLURM_STEP_ID") == *own_step &&
           value_of(environment, "SLURM_JOB_ID") == own_variable("SLURM_JOB_ID").value_or("");
}

// Lines of "PID JOBID STEPID LOCALID GLOBALID". Where one host plays several nodes, Slurm answers for the first one
// unless it is told which.
std::vector<std::int64_t> ask_slurm(const SlurmStep& step) {
    std::vector<std::string> command = {"scontrol", "listpids", step.text()};
    if (own_node()) command.push_back(*own_node());
    const auto answer = run_program(command, kPatience);
    std::vector<std::int64_t> pids;
    if (!answer || answer->status != 0) return pids;
    std::istringstream lines(answer->output);
    for (std::string line; std::getline(lines, line);) {
        const auto pid = parse_number(std::string_view(line).substr(0, line.find(' ')));
        if (pid && *pid > 0) pids.push_back(*pid);
    }
    return pids;
}

}  // namespace

std::optional<SlurmStep> parse_step(std::string_view text) {
    const std::size_t dot = text.find('.');
    SlurmStep step{std::string(text.substr(0, dot)),
                   dot == std::string_view::npos ? std::string() : std::string(text.substr(dot + 1))};
    const bool sound = is_word_of(step.job, "0123456789_") &&
                       (dot == std::string_view::npos || step.step == "batch" || is_word_of(step.step, "0123456789"));
    return sound ? std::optional(std::move(step)) : std::nullopt;
}

std::vector<std::int64_t> processes_of_step(const ProcessTable& table, const SlurmStep& step) {
    std::set<std::int64_t> pids;
    for (const std::int64_t known : ask_slurm(step)) {
        for (const std::int64_t pid : table.tree(known)) pids.insert(pid);
    }
    for (const std::int64_t pid : table.pids()) {
        const Environment environment = read_live_environment(pid);
        const std::string own_step = value_of(environment, "SLURM_STEP_ID");
        if (!is_in_job(environment, step.job)) continue;
        if (step.step.empty() || own_step == step.step || (step.step == "batch" && own_step.empty())) pids.insert(pid);
    }
    std::vector<std::int64_t> here;
    std::copy_if(pids.begin(), pids.end(), std::back_inserter(here), [](std::int64_t pid) {
        const Environment environment = read_live_environment(pid);
        return is_on_our_node(environment) && !is_in_our_step(environment);
    });
    return here;
}

}  // namespace pycore
