// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/conclude.h"

#include <algorithm>
#include <tuple>

#include "analysis/crash_cause.h"
#include "analysis/crash_site.h"
#include "analysis/gil_ownership.h"
#include "analysis/merge_stacks.h"
#include "analysis/plumbing.h"
#include "analysis/system_calls.h"
#include "analysis/thread_waits.h"

namespace pycore {
namespace {

void conclude_gil(ProcessState& state) {
    state.gil_ownership = gil_ownership(state);
    for (const GilOwnership& ownership : state.gil_ownership) {
        for (ThreadState& thread : state.threads) {
            const auto& waiting = ownership.waiting_tids;
            thread.holds_gil |= ownership.holder_tid == thread.tid;
            thread.waiting_for_gil |= std::find(waiting.begin(), waiting.end(), thread.tid) != waiting.end();
        }
    }
}

// A thread that killed itself is in kill(2) and waits for nothing.
bool is_dying_call(const ThreadState& thread) {
    if (!thread.crashed || !thread.system_call) return false;
    const std::string name = system_call_name(thread.system_call->number);
    return name == "kill" || name == "tkill" || name == "tgkill";
}

void conclude_waits(ProcessState& state) {
    for (ThreadState& thread : state.threads) {
        if (!is_dying_call(thread)) thread.wait = find_wait(thread, state);
    }
}

void order_threads(std::vector<ThreadState>& threads) {
    // std::sort, because a stable one takes half of the threads' memory again.
    const auto rank = [](const ThreadState& thread) {
        const Address state = thread.python.empty() ? Address{} : thread.python.front().address;
        return std::tuple(!thread.crashed, !thread.holds_gil, !thread.main, thread.tid, state);
    };
    std::sort(threads.begin(), threads.end(),
              [&](const ThreadState& a, const ThreadState& b) { return rank(a) < rank(b); });
}

// The frames are in the merged stack now; a second copy of them is most of the memory that 100,000 threads or
// frames take. The innermost native frame of a thread that crashed stays.
void forget_parts(ThreadState& thread) {
    for (PythonThread& python : thread.python) python.activations = {};
    thread.native.frames.resize(std::min<std::size_t>(thread.native.frames.size(), thread.crashed ? 1 : 0));
    thread.native.frames.shrink_to_fit();
    for (MergedFrame& frame : thread.stack.frames) {
        if (!frame.native) continue;
        frame.native->callee_saved = {};
        frame.native->frame_candidates = {};
    }
}

}  // namespace

void conclude(ProcessState& state) {
    const auto runtime_module = state.runtime ? state.runtime->module : std::nullopt;
    conclude_gil(state);
    conclude_waits(state);
    for (ThreadState& thread : state.threads) {
        thread.stack = merge_stacks(thread.native, thread.python);
        forget_parts(thread);
        mark_plumbing(thread.stack, runtime_module);
        if (thread.crashed) mark_crash_site(thread.stack);
    }
    order_threads(state.threads);
    state.cause = find_crash_cause(state);
}

}  // namespace pycore
