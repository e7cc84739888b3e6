// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// StackLosses tells what the C stacks of a process lack, in sentences that do not grow with the threads.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/diagnostics.h"
#include "process/process_snapshot.h"
#include "state/native_frame.h"

namespace pycore {

class StackLosses {
public:
    explicit StackLosses(const ProcessSnapshot& process) : process_(process) {}

    // A stack that was followed: why it ends goes into `diagnostics` as a note.
    void add(const NativeStack& stack, std::int64_t tid, Diagnostics& diagnostics);
    // A stack that nobody followed, since the process has too many.
    void add_unfollowed() { ++unfollowed_; }
    // The warnings, after the last stack.
    void tell(Diagnostics& diagnostics) const;

private:
    // Stacks that end in a module whose file is not here are cut for want of that file, and those that lead to
    // memory that the dump left out for want of it: both are losses. Others that end early may be all there is to
    // know (jitted code, a stack that its owner took apart).
    void count(const NativeStack& stack);

    const ProcessSnapshot& process_;
    std::map<std::string, std::size_t> without_file_;  // by module
    std::size_t without_memory_ = 0;
    std::size_t ended_early_ = 0;
    std::size_t unfollowed_ = 0;
};

}  // namespace pycore
