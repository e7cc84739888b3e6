// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/job_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/parse_number.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

constexpr std::array<std::string_view, 23> kVariables = {"OMPI_COMM_WORLD_RANK",
                                                         "OMPI_COMM_WORLD_SIZE",
                                                         "OMPI_COMM_WORLD_LOCAL_RANK",
                                                         "PMIX_RANK",
                                                         "PMIX_NAMESPACE",
                                                         "PMI_RANK",
                                                         "PMI_SIZE",
                                                         "RANK",
                                                         "WORLD_SIZE",
                                                         "LOCAL_RANK",
                                                         "TORCHELASTIC_RUN_ID",
                                                         "SLURM_PROCID",
                                                         "SLURM_NTASKS",
                                                         "SLURM_STEP_NUM_TASKS",
                                                         "SLURM_LOCALID",
                                                         "SLURM_NODEID",
                                                         "SLURM_JOB_ID",
                                                         "SLURM_STEP_ID",
                                                         "SLURM_ARRAY_JOB_ID",
                                                         "SLURM_ARRAY_TASK_ID",
                                                         "SLURMD_NODENAME",
                                                         "SLURM_JOB_NAME",
                                                         "HOSTNAME"};

constexpr const char* kSlurmRank = "SLURM_PROCID";

// A launcher's words for rank and size, in the order in which they are believed.
struct Launcher {
    const char* rank;
    std::array<const char*, 2> sizes;
};
constexpr std::array kLaunchers = {
    Launcher{"OMPI_COMM_WORLD_RANK", {"OMPI_COMM_WORLD_SIZE", nullptr}},
    Launcher{"PMIX_RANK", {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}},
    Launcher{"PMI_RANK", {"PMI_SIZE", nullptr}},
    Launcher{"RANK", {"WORLD_SIZE", nullptr}},
    Launcher{kSlurmRank, {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"}},
};

std::optional<std::string> text_of(const Environment& environment, const char* name) {
    const auto found = name == nullptr ? environment.end() : environment.find(name);
    if (found == environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::optional<std::int64_t> number_of(const Environment& environment, const char* name) {
    const auto text = text_of(environment, name);
    const auto number = text ? parse_number(*text) : std::nullopt;
    return number && *number >= 0 ? number : std::nullopt;
}

// "1234", "1234_7" of an array; with its step "1234.0".
std::optional<std::string> slurm_job(const Environment& environment) {
    auto job = text_of(environment, "SLURM_JOB_ID");
    const auto array = text_of(environment, "SLURM_ARRAY_JOB_ID");
    const auto task = text_of(environment, "SLURM_ARRAY_TASK_ID");
    if (array && task) job = *array + "_" + *task;
    const auto step = text_of(environment, "SLURM_STEP_ID");
    return job && step ? *job + "." + *step : job;
}

}  // namespace

bool tells_of_job(std::string_view variable) {
    return std::find(kVariables.begin(), kVariables.end(), variable) != kVariables.end();
}

void add_job_variable(std::string_view entry, Environment& environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !tells_of_job(entry.substr(0, equals))) return;
    environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
}

Environment read_live_environment(std::int64_t pid) {
    Environment environment;
    const auto text = read_proc_file(fmt::format("/proc/{}/environ", pid));
    for (std::size_t begin = 0; text && begin < text->size();) {
        const std::size_t end = std::min(text->find('\0', begin), text->size());
        add_job_variable(std::string_view(*text).substr(begin, end - begin), environment);
        begin = end + 1;
    }
    return environment;
}

JobVariables read_job_variables(const Environment& environment) {
    JobVariables told;
    for (const Launcher& launcher : kLaunchers) {
        // A batch script has SLURM_PROCID=0 as well, but it is no step.
        if (launcher.rank == kSlurmRank && !text_of(environment, "SLURM_STEP_ID")) continue;
        told.rank = number_of(environment, launcher.rank);
        if (!told.rank) continue;
        for (const char* size : launcher.sizes) {
            if (!told.world_size) told.world_size = number_of(environment, size);
        }
        break;
    }
    told.node = text_of(environment, "SLURMD_NODENAME");
    told.job = slurm_job(environment);
    for (const char* name : {"PMIX_NAMESPACE", "TORCHELASTIC_RUN_ID"}) {
        if (!told.job) told.job = text_of(environment, name);
    }
    return told;
}

}  // namespace pycore
