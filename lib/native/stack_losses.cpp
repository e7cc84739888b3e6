// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/stack_losses.h"

#include <fmt/format.h>

namespace pycore {
namespace {

constexpr std::size_t kMostEndsTold = 1000;  // a note each

}  // namespace

void StackLosses::add(const NativeStack& stack, std::int64_t tid, Diagnostics& diagnostics) {
    count(stack);
    if (stack.end != UnwindEnd::Complete && ++ended_early_ <= kMostEndsTold) {
        diagnostics.note({ErrorCode::NotFound, "the C stack ends early: " + stack.end_reason, {}}, tid);
    }
}

void StackLosses::count(const NativeStack& stack) {
    if (stack.end == UnwindEnd::NoMemory) ++without_memory_;
    if (stack.end != UnwindEnd::NoCfi || stack.frames.empty()) return;
    const Module* module = process_.find_module(stack.frames.back().pc);
    if (module != nullptr && !module->file) ++without_file_[module->path];
}

void StackLosses::tell(Diagnostics& diagnostics) const {
    for (const auto& [path, stacks] : without_file_) {
        diagnostics.warn({ErrorCode::NotFound,
                          fmt::format("{} C stacks end early for want of the file {}; --sysroot DIR names the files of "
                                      "the machine that the core is from",
                                      stacks, path),
                          {}});
    }
    if (without_memory_ > 0) {
        diagnostics.warn({ErrorCode::Absent,
                          fmt::format("{} C stacks end early, where their memory is not in the core", without_memory_),
                          {}});
    }
    if (unfollowed_ > 0) {
        diagnostics.warn(
            {ErrorCode::Limit,
             fmt::format("the C stacks of {} threads are left out: the others have too many frames", unfollowed_),
             {}});
    }
    if (ended_early_ > kMostEndsTold) {
        diagnostics.note(
            {ErrorCode::Limit, fmt::format("{} more C stacks end early", ended_early_ - kMostEndsTold), {}});
    }
}

}  // namespace pycore
