// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// JobTree is what the processes of one job were doing, merged: a prefix tree of stacks for each role that
// threads have, with the set of members in each node. It is a value that can be merged with others in any
// order and grouping, and always in its canonical form: frames, roles and members are sorted, nodes stand
// in depth-first order with children by frame, so that equal jobs are equal values.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/interval_set.h"

namespace pycore {

// Without lines: they belong to a stack, not to a frame's identity.
struct JobFrame {
    bool python = false;
    std::string file;      // Python: co_filename; native: the module's name without folders
    std::string function;  // qualified where known; "" if unknown
    auto operator<=>(const JobFrame&) const = default;
};

struct JobNode {
    std::uint32_t parent = 0;  // index among the nodes; of a root: its own
    std::uint32_t frame = 0;   // index into JobTree::frames
    IntervalSet members;       // indices into JobTree::members
    bool operator==(const JobNode&) const = default;
};

struct JobRole {
    std::string name;  // "MainThread", "ThreadPoolExecutor-#_#", "native: progress"
    std::vector<JobNode> nodes;
    bool operator==(const JobRole&) const = default;
};

// A path from a root to a node, with the lines that its frames were at.
struct JobStack {
    std::uint32_t role = 0;
    std::uint32_t node = 0;
    std::vector<std::int64_t> lines;  // one a frame, outermost first; 0: unknown, or native
    auto operator<=>(const JobStack&) const = default;
};

// One process at one time.
struct JobMember {
    std::optional<std::int64_t> rank;
    std::optional<std::string> host;
    std::optional<std::int64_t> pid;
    std::optional<std::string> time;
    std::string target;
    std::optional<std::int64_t> ppid;
    std::optional<std::int64_t> world_size;
    std::optional<std::string> job;
    std::string status;                  // "read", "partial", "unreadable"
    std::string reason;                  // of what is not "read"
    std::optional<std::string> signal;   // it died of; nullopt: it was alive
    std::string wait;                    // of the thread that `stack` is of: "lock: a threading.Lock"; "": none
    std::optional<std::uint32_t> stack;  // where it stands, index into JobTree::stacks; nullopt: unknown
    bool python = false;                 // Python was found in it
    auto operator<=>(const JobMember&) const = default;
};

struct JobTree {
    std::vector<JobFrame> frames;
    std::vector<JobRole> roles;
    std::vector<JobStack> stacks;
    std::vector<JobMember> members;
    bool operator==(const JobTree&) const = default;
};

}  // namespace pycore
