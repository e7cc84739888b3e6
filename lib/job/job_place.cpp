// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/job_place.h"

#include <fmt/format.h>

#include <cctype>

namespace pycore {
namespace {

constexpr std::size_t kMaxWord = 64;  // of a name out of an environment, in a file's name

std::optional<std::string> text_of(const Environment& environment, const char* variable) {
    const auto found = environment.find(variable);
    return found == environment.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool has_slurms_rank(const Environment& environment) {
    Environment without = environment;
    without.erase(kSlurmsRank);
    return read_job_variables(environment).rank && !read_job_variables(without).rank;
}

RankPlace place_of(const Environment& environment) {
    JobVariables told = read_job_variables(environment);
    RankPlace place;
    place.rank = told.rank;
    place.world_size = told.world_size;
    place.node = std::move(told.node);
    place.step_id = text_of(environment, "SLURM_STEP_ID");
    place.mpi_job = text_of(environment, "PMIX_NAMESPACE");
    if (!environment.contains("SLURM_JOB_ID")) return place;
    place.job_id = std::move(told.job);
    const std::string step = place.step_id ? "." + *place.step_id : std::string();
    if (place.job_id && place.job_id->ends_with(step)) place.job_id->resize(place.job_id->size() - step.size());
    return place;
}

std::string tame_word(std::string_view word) {
    std::string tame(word.substr(0, kMaxWord));
    for (char& c : tame) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
        if (!plain) c = '_';
    }
    return tame;
}

std::string file_stem(const RankPlace& place, std::string_view host, std::int64_t pid) {
    const std::string where = tame_word(place.node ? std::string_view(*place.node) : host);
    return place.rank ? fmt::format("rank{}-{}-{}", *place.rank, where, pid) : fmt::format("pycore-{}-{}", where, pid);
}

}  // namespace pycore
