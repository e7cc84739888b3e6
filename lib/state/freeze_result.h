// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FreezeResult is what became of one process that was to be frozen, FreezeDocument what became of all of them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pycore {

// Which part of which job a process is, as far as its environment tells.
struct RankPlace {
    std::optional<std::int64_t> rank;
    std::optional<std::int64_t> world_size;
    std::optional<std::string> job_id;   // Slurm's, "17", or "17_3" of an array
    std::optional<std::string> step_id;  // Slurm's, "0"
    std::optional<std::string> node;     // Slurm's name of it, else nullopt
    std::optional<std::string> mpi_job;  // PMIx's namespace: the same for all ranks of one mpirun
    bool operator==(const RankPlace&) const = default;
};

struct FreezeResult {
    std::int64_t pid = 0;
    std::optional<std::int64_t> rank;  // of its job
    std::optional<std::string> file;   // nullopt: nothing was written
    std::uint64_t bytes = 0;           // of the file
    bool stopped = false;
    std::int64_t pause_ns = 0;         // how long its threads stood still
    std::string consistency;           // "quiescent", "stopped", "partial"; "" if nothing was captured
    std::optional<std::string> error;  // one sentence
    std::string host;
    std::string name;                      // the kernel's, of its main thread
    std::string time;                      // UTC, when it was read; "" if it was not
    std::optional<std::int64_t> child_of;  // the process of the same rank that it descends from, if that is here
    RankPlace place;
    bool ended = false;  // nothing was written because it was gone
};

// A process that was looked at and is no target.
struct SkippedProcess {
    std::int64_t pid = 0;
    std::string host;
    std::string name;
    std::string reason;  // one sentence
};

struct FreezeDocument {
    std::vector<FreezeResult> results;
    std::vector<SkippedProcess> skipped;
};

}  // namespace pycore
