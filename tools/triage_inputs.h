// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From the paths of `pycore triage` to what their stacks are: finds the files, takes its shard of them, reads them
// side by side and puts together what was read.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "batch_run.h"
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
    bool only_parts = false;  // --merge: anything else is told as unreadable
};

struct ReadInputs {
    TriagePart part;
    BatchRun run;  // how it went
};

// Enters the sandbox once the readers are made. An Error if they cannot be made.
Result<ReadInputs> read_inputs(const Invocation& invocation, const InputOptions& options);

}  // namespace pycore
