// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a snapshot of pycore's own says about itself, in notes of owner "PYCORE" beside those of every core
// (docs/snapshot-format.md):
//   1 manifest  JSON, the struct below
//   2 report    the text of `pycore stacks`, made when the snapshot was
//   3 mappings  /proc/PID/maps: also what the snapshot does not hold
//   4 holes     "BEGIN-END REASON" of each run of readable pages that are not in it

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "process/process_snapshot.h"

namespace pycore {

inline constexpr std::string_view kSnapshotOwner = "PYCORE";
inline constexpr std::uint32_t kManifestNote = 1;
inline constexpr std::uint32_t kReportNote = 2;
inline constexpr std::uint32_t kMappingsNote = 3;
inline constexpr std::uint32_t kHolesNote = 4;

struct SnapshotManifest {
    std::string pycore_version;
    std::string level = "mini";
    std::string consistency;  // "quiescent", "stopped", "partial"
    bool stopped = false;
    std::int64_t pause_ns = 0;
    std::int64_t attempts = 0;
    std::string time;  // UTC, "2026-11-21T15:04:05.123456Z"
    std::string host;
    std::string cgroup;                      // line of /proc/PID/cgroup
    std::optional<std::int64_t> rank;        // of its job
    std::optional<std::int64_t> world_size;  // how many ranks that has
    std::string job_id;                      // Slurm's; "" if it is none of Slurm's
    std::string step_id;
    std::string node;                                  // Slurm's name of it
    std::string mpi_job;                               // PMIx's name of it
    std::map<std::string, std::string> environment;    // only what tells rank and job
    std::map<std::int64_t, std::string> thread_names;  // by tid
    bool redacted = false;
    std::map<std::int64_t, std::string> states;         // by tid: the kernel's letter, R S D T t
    std::map<std::int64_t, std::string> system_calls;   // by tid: the line of /proc/PID/task/TID/syscall
    std::map<std::string, std::uint64_t> left_out;      // bytes of the process that are not in it, by reason
    std::optional<RuntimeHint> runtime;                 // of a Python that only a search finds
    std::map<std::int64_t, std::string> wait_channels;  // by tid: the kernel function it sleeps in
};

std::string to_json(const SnapshotManifest& manifest);
// An Error if it is no such document; keys that are not there keep their defaults.
Result<SnapshotManifest> parse_manifest(std::string_view json);

}  // namespace pycore
