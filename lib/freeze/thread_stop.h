// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ThreadStop holds all threads of a process still while it lives: PTRACE_SEIZE and PTRACE_INTERRUPT, never
// SIGSTOP, and never PTRACE_O_EXITKILL, so that the kernel lets the process run on if we die meanwhile.
// A thread in uninterruptible sleep does not stop; it cannot run either, and is told as not stopped.

//
// The kernel ties what is traced to the thread that traces, and lets it go when that thread ends. So all of
// this is done in a thread of its own (hold_still): a sleeper that could not be stopped could not be let go
// either, and would stand still on its awakening for as long as we live.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"

namespace pycore {

struct StoppedThread {
    std::int64_t tid = 0;
    bool stopped = false;
    bool has_float_registers = false;
    int pending_signal = 0;                      // arrived with the stop; delivered when it runs on
    std::array<std::byte, 216> registers;        // struct user_regs_struct, if it stopped
    std::array<std::byte, 512> float_registers;  // struct user_fpregs_struct (NT_PRFPREG)
};

class ThreadStop {
public:
    using Clock = std::chrono::steady_clock;

    // Runs `work` while all threads of the process stand still, in a thread that ends afterwards. An Error, and
    // no work done, if the process cannot be traced. Threads that have not stopped by `deadline` are left alone.
    static Result<void> hold_still(std::int64_t pid, Clock::time_point deadline,
                                   const std::function<void(ThreadStop&)>& work);
    ~ThreadStop() { resume(); }
    ThreadStop(const ThreadStop&) = delete;
    ThreadStop& operator=(const ThreadStop&) = delete;

    // Ascending by tid.
    const std::vector<StoppedThread>& threads() const { return threads_; }
    std::vector<StoppedThread> take_threads() && { return std::move(threads_); }
    Clock::time_point begin() const { return begin_; }
    // Lets all threads run on, a thread that was stopped before stays so. May be called again.
    void resume();

private:
    ThreadStop() = default;
    Result<void> seize_all(std::int64_t pid, Clock::time_point deadline);
    void read_registers();
    bool wait_for(StoppedThread& thread, Clock::time_point deadline);

    std::vector<StoppedThread> threads_;  // seized ones
    Clock::time_point begin_{};
    bool resumed_ = false;
};

}  // namespace pycore
