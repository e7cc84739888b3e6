// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FreezeResult is what became of one process that was to be frozen.

#include <cstdint>
#include <optional>
#include <string>

namespace pycore {

struct FreezeResult {
    std::int64_t pid = 0;
    std::optional<std::int64_t> rank;  // of its job
    std::optional<std::string> file;   // nullopt: nothing was written
    std::uint64_t bytes = 0;           // of the file
    bool stopped = false;
    std::int64_t pause_ns = 0;         // how long its threads stood still
    std::string consistency;           // "quiescent", "stopped", "partial"; "" if nothing was captured
    std::optional<std::string> error;  // one sentence
};

}  // namespace pycore
