// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "facade/attach_native.h"

#include <algorithm>
#include <unordered_map>

#include "native/stack_losses.h"
#include "native/symbolizer.h"
#include "native/unwinder.h"
#include "python/read_python.h"

namespace pycore {
namespace {

std::vector<Address> anchors_of(const ThreadState& thread) {
    std::vector<Address> anchors;
    for (const PythonThread& python : thread.python) {
        for (const Activation& activation : python.activations) {
            if (activation.anchor) anchors.push_back(*activation.anchor);
        }
    }
    std::sort(anchors.begin(), anchors.end());
    return anchors;
}

constexpr std::size_t kMostNativeFrames = 1'000'000;  // of all threads

void find_candidates(const ProcessSnapshot& process, ThreadState& thread) {
    std::vector<const PythonThread*> pythons;
    for (const PythonThread& python : thread.python) pythons.push_back(&python);
    find_frame_candidates(process, pythons, thread.native.frames);
}

}  // namespace

void attach_native(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                   Diagnostics& diagnostics) {
    Unwinder unwinder(process);
    Symbolizer symbolizer(process, {options.native_lines, options.search}, diagnostics);
    StackLosses losses(process);
    std::unordered_map<std::int64_t, const Thread*> by_tid;
    for (const Thread& thread : process.threads) by_tid.emplace(thread.tid, &thread);
    std::size_t frames = 0;
    for (ThreadState& state_thread : state.threads) {
        const auto thread = by_tid.find(state_thread.tid);
        if (thread == by_tid.end()) continue;
        if (frames > kMostNativeFrames && !state_thread.crashed) {
            state_thread.native = {{}, UnwindEnd::Limit, "the C stacks of this process are more than pycore follows"};
            losses.add_unfollowed();
            continue;
        }
        state_thread.native = unwinder.unwind(*thread->second, anchors_of(state_thread));
        symbolizer.symbolize(state_thread.native);
        find_candidates(process, state_thread);
        frames += state_thread.native.frames.size();
        losses.add(state_thread.native, state_thread.tid, diagnostics);
    }
    losses.tell(diagnostics);
}

}  // namespace pycore
