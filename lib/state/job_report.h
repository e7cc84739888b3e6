// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What is concluded from a JobTree: who stands where, and who stands out.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pycore {

// By what members are called in a report.
enum class JobLabel { Rank, Pid, Input };

// What a member does, as far as others depend on it.
enum class Stance {
    Collective,  // in an operation that all take part in
    Peer,        // in one between a few: send, receive, waiting for a child
    Idle,        // waits for work
    Blocked,     // waits for something else: input, a lock, a timer
    Running,
    Died,
    Unreadable,
};

struct ClassFrame {
    std::uint32_t frame = 0;  // index into JobTree::frames
    std::int64_t line = 0;    // 0: unknown, native, or not the same in all members
};

// Members in one place.
struct JobClass {
    std::vector<std::uint32_t> members;  // indices into JobTree::members, one for each process
    std::vector<std::int64_t> labels;    // of the same, ascending: ranks, pids or numbers of inputs
    Stance stance = Stance::Running;
    std::string operation;  // "MPI Barrier"; "" outside of a known one
    std::string wait;
    std::vector<std::string> hosts;          // ascending, each once
    std::vector<ClassFrame> frames;          // outermost first, down to the operation
    std::optional<std::size_t> application;  // index into `frames`: the innermost Python frame that is no library's
    std::optional<std::int64_t> progress;    // 1: least far along the program
    std::optional<bool> moved;               // between snapshots; nullopt: there is one only
    bool suspect = false;
    std::string why;
};

// A rank that should be there, but of which there is nothing to read.
struct MissingRanks {
    std::vector<std::int64_t> ranks;
    bool suspect = false;
    std::string why;
};

struct JobReport {
    JobLabel label = JobLabel::Input;
    std::optional<std::int64_t> expected;  // ranks
    std::vector<std::uint32_t> processes;  // members that classes are made of: the last snapshot of each
    std::vector<std::uint32_t> others;     // read, but no rank: launchers, helpers of a rank
    std::size_t snapshots = 1;             // of the process that has most
    MissingRanks missing;
    std::vector<JobClass> classes;  // suspects first, then smallest first
    std::string verdict;            // a sentence
    std::vector<bool> operations;   // for each of JobTree::frames: a library's operation begins there
};

}  // namespace pycore
