// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From the paths of `pycore triage` to what their stacks are: finds the files, takes its shard of them, reads them
// side by side and puts together what was read.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "state/triage.h"
#include "tool.h"

namespace pycore {

// --shard I/N: this run is for the inputs whose path's hash says so.
struct Shard {
    std::uint64_t index = 0;
    std::uint64_t count = 1;
};

// Of "3/16"; nullopt if that is none.
std::optional<Shard> parse_shard(std::string_view text);
// Which of `count` shards a path belongs to: by the path alone, so that each engine splits alike.
std::uint64_t shard_of(std::string_view path, std::uint64_t count);

struct InputOptions {
    Shard shard;
    unsigned jobs = 0;        // 0: as many as there is room for
    bool only_parts = false;  // --merge: anything else is told as unreadable
};

struct ReadInputs {
    TriagePart part;
    std::size_t passed_over = 0;     // files in folders that are nothing pycore reads
    std::vector<std::string> notes;  // sentences about folders
    // How it went:
    std::size_t files = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t touched_bytes = 0;
    std::chrono::nanoseconds wall{};
    std::chrono::nanoseconds busy{};  // of all readers
};

// Enters the sandbox once the readers are made. An Error if they cannot be made.
Result<ReadInputs> read_inputs(const Invocation& invocation, const InputOptions& options);

}  // namespace pycore
