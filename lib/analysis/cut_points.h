// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where the program of a rank ends and a library for talking to others begins: MPI, NCCL, torch.distributed,
// Gloo, multiprocessing, sockets. What lies below such a cut differs from rank to rank without meaning
// anything; what counts is which operation it is and from where it was called. The rules are a table.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

struct CutPoint {
    std::size_t depth = 0;  // index of the frame that is cut at, outermost first
    Stance stance = Stance::Peer;
    std::string operation;  // "MPI Barrier"
    // All ranks leave it together, so that two of them in different ones are out of step; of the others
    // (broadcast, reduce) some ranks are early.
    bool synchronizing = false;
    bool final = false;  // the program's end: MPI_Finalize
};

// The outermost frame that a rule knows. `frames` point to a stack, outermost first.
std::optional<CutPoint> find_cut(const std::vector<const JobFrame*>& frames);
// What the kernel call says where no frame does: "syscall: recvfrom from a file descriptor".
std::optional<CutPoint> find_cut_by_wait(std::string_view wait, std::size_t depth);

// Below a turn of asyncio's event loop: what blocks there keeps all its tasks from going on.
bool runs_in_event_loop(const std::vector<const JobFrame*>& frames);

// Python code that is not the user's: the standard library and what lies in site-packages.
bool is_library_file(std::string_view file);

}  // namespace pycore
