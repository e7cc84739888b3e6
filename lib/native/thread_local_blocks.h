// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The thread-local variables of modules, as glibc keeps them for one thread.

#include <cstdint>
#include <vector>

#include "process/process_snapshot.h"

namespace pycore {

struct ThreadLocalBlocks {
    std::vector<std::uint64_t> own;                 // the thread's own block, with what pthread_setspecific() keeps
    std::vector<std::vector<std::uint64_t>> words;  // of each module that has some: its first words
    bool complete = false;                          // all of them could be read
};

// Which block is whose is not told, so that as many words are read of each as the largest has, up to four kilobytes.
ThreadLocalBlocks read_thread_local_blocks(const ProcessSnapshot& process, const Thread& thread);

}  // namespace pycore
