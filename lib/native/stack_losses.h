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
    // A stack that leads to memory which is not in the dump, or to a caller whose code cannot be followed, is cut.
    // Only where that caller is in memory of no file (jitted code), or the process itself ran astray, it may be
    // all there is to know.
    void count(const NativeStack& stack);
    void count_without_rules(Address pc, bool is_caller);
    bool is_anonymous(Address pc) const;

    const ProcessSnapshot& process_;
    std::map<std::string, std::size_t> without_file_;   // by module
    std::map<std::string, std::size_t> without_rules_;  // by module
    std::size_t without_memory_ = 0;
    std::size_t astray_ = 0;  // callers in no mapping
    std::size_t ended_early_ = 0;
    std::size_t unfollowed_ = 0;
};

}  // namespace pycore
