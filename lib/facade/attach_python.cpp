// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "facade/attach_python.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "process/snapshot_manifest.h"
#include "python/read_python.h"

namespace pycore {
namespace {

bool has_state_of(const ThreadState& thread, std::int64_t interpreter_id) {
    return std::any_of(thread.python.begin(), thread.python.end(),
                       [&](const PythonThread& python) { return python.interpreter_id == interpreter_id; });
}

// The LWP of a thread state: by thread pointer, which every version has, else by its own word, if that thread has
// no state yet.
ThreadState* thread_of(const PythonThread& python, std::vector<ThreadState>& threads) {
    const auto same_pointer = [&](const ThreadState& thread) {
        return thread.thread_pointer == python.thread_id && python.thread_id;
    };
    auto found = std::find_if(threads.begin(), threads.end(), same_pointer);
    if (found == threads.end() && python.native_thread_id) {
        found = std::find_if(threads.begin(), threads.end(), [&](const ThreadState& thread) {
            return thread.tid == *python.native_thread_id && !has_state_of(thread, python.interpreter_id);
        });
    }
    return found == threads.end() ? nullptr : &*found;
}

void attach_python_threads(std::vector<PythonThread> pythons, ProcessState& state, Diagnostics& diagnostics) {
    std::vector<ThreadState> without_lwp;
    for (PythonThread& python : pythons) {
        if (ThreadState* thread = thread_of(python, state.threads)) {
            thread->main = thread->main || (python.main && !state.process.pid);
            thread->python.push_back(std::move(python));
            continue;
        }
        diagnostics.warn({ErrorCode::NotFound,
                          "thread state " + to_string(python.address) + " belongs to no thread of the core",
                          python.address});
        ThreadState orphan;
        orphan.tid = python.native_thread_id.value_or(0);
        orphan.main = python.main;
        orphan.python.push_back(std::move(python));
        without_lwp.push_back(std::move(orphan));
    }
    std::move(without_lwp.begin(), without_lwp.end(), std::back_inserter(state.threads));
}

PythonReadOptions python_options(const ProcessSnapshot& process, const ReadOptions& options) {
    PythonReadOptions python;
    python.frames = options.depth == ReadDepth::Stacks;
    python.import_names = options.import_names;
    python.locals = options.locals;
    // What stands for the text in a redacted snapshot is not to be taken for it.
    const bool redacted = process.manifest && process.manifest->redacted;
    if (redacted && options.locals != LocalsDepth::None) python.locals = LocalsDepth::Types;
    python.around_locals = options.around_locals;
    python.search = options.search;
    return python;
}

}  // namespace

Result<void> attach_python(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                           Diagnostics& diagnostics) {
    auto python = read_python(process, python_options(process, options), diagnostics);
    if (!python) return std::move(python).error();
    state.runtime = std::move(python->runtime);
    state.interpreters = std::move(python->interpreters);
    attach_python_threads(std::move(python->threads), state, diagnostics);
    std::unordered_map<Address, const LockWait*> waits;
    for (const LockWait& wait : python->lock_waits) waits.emplace(wait.thread_id, &wait);
    for (ThreadState& thread : state.threads) {
        if (const auto wait = waits.find(thread.thread_pointer); wait != waits.end()) thread.lock_wait = *wait->second;
    }
    return {};
}

}  // namespace pycore
