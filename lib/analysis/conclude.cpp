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
    const auto rank = [](const ThreadState& thread) {
        return std::tuple(!thread.crashed, !thread.holds_gil, !thread.main, thread.tid);
    };
    std::stable_sort(threads.begin(), threads.end(),
                     [&](const ThreadState& a, const ThreadState& b) { return rank(a) < rank(b); });
}

}  // namespace

void conclude(ProcessState& state) {
    const auto runtime_module = state.runtime ? state.runtime->module : std::nullopt;
    for (ThreadState& thread : state.threads) {
        thread.stack = merge_stacks(thread.native, thread.python);
        mark_plumbing(thread.stack, runtime_module);
        if (thread.crashed) mark_crash_site(thread.stack);
    }
    conclude_gil(state);
    conclude_waits(state);
    order_threads(state.threads);
    state.cause = find_crash_cause(state);
}

}  // namespace pycore
