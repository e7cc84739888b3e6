// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What is to be read, one of many.

#include <cstdint>
#include <optional>
#include <string>

namespace pycore {

// By content, not by name.
enum class TargetKind {
    Process,  // a core, a snapshot or a bundle, packed or not
    Stacks,   // saved stacks: the JSON of `pycore stacks`
    Part,     // a partial result of merge or triage
};

struct Target {
    std::string path;
    TargetKind kind = TargetKind::Process;
    std::uint64_t size_bytes = 0;
    // As an index beside the file says; the file itself knows better.
    std::optional<std::int64_t> pid;
    std::optional<std::int64_t> rank;
    std::optional<std::string> host;
};

// What was to be read, and cannot be.
struct UnreadTarget {
    std::string path;
    std::string reason;  // finishes "PATH: ..."
    std::optional<std::int64_t> pid;
    std::optional<std::int64_t> rank;
    std::optional<std::string> host;
};

}  // namespace pycore
