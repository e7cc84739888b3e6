// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/thread_waits.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "analysis/system_calls.h"

namespace pycore {
namespace {

using namespace std::string_view_literals;

// CPython's ways to block on a lock (Modules/_threadmodule.c, Python/thread_pthread.h, Python/lock.c).
constexpr std::array kLockFunctions = {
    "PyThread_acquire_lock_timed"sv,
    "PyThread_acquire_lock_timed_with_retries"sv,
    "_PyMutex_LockTimed"sv,
    "lock_PyThread_acquire_lock"sv,
    "rlock_acquire"sv,
    "PyThread_acquire_lock"sv,
    "acquire_timed"sv,
    "_PyRecursiveMutex_LockTimed"sv,
};

constexpr std::array kPthreadFunctions = {
    std::pair{"pthread_mutex_lock"sv, "a pthread mutex"sv},
    std::pair{"___pthread_mutex_lock"sv, "a pthread mutex"sv},
    std::pair{"pthread_cond_wait"sv, "a pthread condition"sv},
    std::pair{"pthread_cond_timedwait"sv, "a pthread condition"sv},
    std::pair{"pthread_cond_clockwait"sv, "a pthread condition"sv},
    std::pair{"pthread_join"sv, "the end of another thread"sv},
    std::pair{"sem_wait"sv, "a semaphore"sv},
    std::pair{"pthread_barrier_wait"sv, "a pthread barrier"sv},
};

// The C frames above the youngest evaluation loop tell who asked for the futex.
template <typename Accept>
bool called_above_python(const ThreadState& thread, Accept&& accept) {
    for (const NativeFrame& frame : thread.native.frames) {
        if (!frame.function.name) continue;
        if (frame.function.name->starts_with("_PyEval_EvalFrame")) return false;
        if (accept(std::string_view(*frame.function.name))) return true;
    }
    return false;
}

bool waits_for_python_lock(const ThreadState& thread) {
    return called_above_python(thread, [](std::string_view name) {
        return std::find(kLockFunctions.begin(), kLockFunctions.end(), name) != kLockFunctions.end();
    });
}

std::string futex_meaning(const ThreadState& thread) {
    std::string meaning = "a futex";
    called_above_python(thread, [&](std::string_view name) {
        for (const auto& [known, words] : kPthreadFunctions) {
            if (name.find(known) != std::string_view::npos) {
                meaning = words;
                return true;
            }
        }
        return false;
    });
    return meaning;
}

Wait gil_wait(const ThreadState& thread, const ProcessState& state) {
    Wait wait{"gil", "the GIL", {}, {}};
    for (std::size_t i = 0; i < state.gil_ownership.size(); ++i) {
        const auto& waiting = state.gil_ownership[i].waiting_tids;
        if (std::find(waiting.begin(), waiting.end(), thread.tid) == waiting.end()) continue;
        const InterpreterState& interpreter = state.interpreters[i];
        wait.owner_tid = state.gil_ownership[i].holder_tid;
        if (interpreter.gil.range) wait.address = interpreter.gil.range->begin;
        if (!interpreter.main) wait.what = "the GIL of interpreter " + std::to_string(interpreter.id);
        break;
    }
    return wait;
}

Wait lock_wait(const LockWait& lock, const std::vector<ThreadState>& threads) {
    const std::string kind = lock.type_name.substr(lock.type_name.rfind('.') + 1);
    Wait wait{"lock", kind == "RLock" ? "a threading.RLock" : "a threading.Lock", lock.object, {}};
    if (!lock.owner_thread_id) return wait;
    const auto owner = std::find_if(threads.begin(), threads.end(), [&](const ThreadState& thread) {
        return thread.thread_pointer == *lock.owner_thread_id;
    });
    if (owner != threads.end()) wait.owner_tid = owner->tid;
    return wait;
}

}  // namespace

std::optional<Wait> find_wait(const ThreadState& thread, const ProcessState& state) {
    if (thread.waiting_for_gil) return gil_wait(thread, state);
    if (!thread.system_call) return std::nullopt;
    const auto futex = blocking_futex(thread);
    if (!futex) return Wait{"syscall", describe_system_call(*thread.system_call), {}, {}};
    if (thread.lock_wait) return lock_wait(*thread.lock_wait, state.threads);
    if (waits_for_python_lock(thread)) return Wait{"lock", "a Python lock", futex, {}};
    return Wait{"futex", futex_meaning(thread), futex, {}};
}

}  // namespace pycore
