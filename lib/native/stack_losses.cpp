// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/stack_losses.h"

#include <fmt/format.h>

#include <algorithm>

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
    const Address pc = stack.frames.back().pc;
    count_without_rules(pc, pc != stack.frames.front().pc);
}

void StackLosses::count_without_rules(Address pc, bool is_caller) {
    const Module* module = process_.find_module(pc);
    if (module != nullptr && !module->file) {
        ++without_file_[module->path];
    } else if (module != nullptr && is_caller) {
        ++without_rules_[module->path];
    } else if (is_caller && !is_anonymous(pc)) {
        ++astray_;
    }
}

bool StackLosses::is_anonymous(Address pc) const {
    const auto holds = [&](const auto& mapping) { return mapping.range.contains(pc); };
    const auto regions = process_.memory->regions();
    const auto& files = process_.file_mappings;
    return std::any_of(regions.begin(), regions.end(), holds) && std::none_of(files.begin(), files.end(), holds);
}

void StackLosses::tell(Diagnostics& diagnostics) const {
    for (const auto& [path, stacks] : without_file_) {
        diagnostics.warn({ErrorCode::NotFound,
                          fmt::format("{} C stacks end early for want of the file {}; --sysroot DIR names the files of "
                                      "the machine that the core is from",
                                      stacks, path),
                          {}});
    }
    for (const auto& [path, stacks] : without_rules_) {
        diagnostics.warn(
            {ErrorCode::Corrupt,
             fmt::format("{} C stacks end early in {}, whose unwind rules do not tell the caller there", stacks, path),
             {}});
    }
    if (astray_ > 0) {
        diagnostics.warn(
            {ErrorCode::Unmapped,
             fmt::format("{} C stacks end early, where they lead to code of which the core tells nothing", astray_),
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
