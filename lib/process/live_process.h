// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A process that runs, as a ProcessSnapshot whose memory is read when it is looked at. Nobody is stopped
// here: what is read may change meanwhile, and registers are what the kernel tells of threads that are
// blocked. lib/freeze/ makes one instant of it.

#include <memory>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "memory/live_pages.h"
#include "process/file_search.h"
#include "process/proc_files.h"
#include "process/process_snapshot.h"

namespace pycore {

class FileMemory;

struct LiveProcess {
    ProcessSnapshot snapshot;
    std::shared_ptr<FileMemory> memory;  // of the snapshot
    std::shared_ptr<LivePages> pages;    // its memory
    std::vector<ProcMapping> mappings;   // ascending; also some that are no more, if others were taken in later
    std::uint64_t size_pages = 0;        // of its address space when they were read; 0: unknown
    ProcStatus status;
    std::int64_t task = 0;  // under which the kernel shows its memory (living_task)
    std::string auxiliary;  // bytes of /proc/PID/auxv
};

// An Error says what the process is instead, or which right is missing, and the way out.
Result<LiveProcess> open_live_process(std::int64_t pid, FileSearch search, Diagnostics& diagnostics);

// The threads as they are now, by what the kernel tells without stopping them: pc, sp and arguments of
// those in a system call, the thread pointer by their list of robust futexes.
std::vector<Thread> observe_threads(const LiveProcess& process);

// The process may have mapped more since: stacks of new threads, memory for new objects. True if something was taken
// in. What it has unmapped meanwhile is not forgotten; reading that fails.
bool take_new_mappings(LiveProcess& process);

}  // namespace pycore
