// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ThreadStop holds all threads of a process still while it lives: PTRACE_SEIZE and PTRACE_INTERRUPT, never
// SIGSTOP, and never PTRACE_O_EXITKILL, so that the kernel lets the process run on if we die meanwhile.
// A thread in uninterruptible sleep does not stop; it cannot run either, and is told as not stopped.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace pycore {

struct StoppedThread {
    std::int64_t tid = 0;
    bool stopped = false;
    std::vector<std::byte> registers;        // struct user_regs_struct; empty if it did not stop
    std::vector<std::byte> float_registers;  // struct user_fpregs_struct (NT_PRFPREG)
    int pending_signal = 0;                  // arrived with the stop; delivered when it runs on
};

class ThreadStop {
public:
    using Clock = std::chrono::steady_clock;

    // An Error if the process cannot be traced. Threads that have not stopped by `deadline` are left alone.
    static Result<ThreadStop> stop(std::int64_t pid, Clock::time_point deadline);
    ~ThreadStop() { resume(); }
    ThreadStop(ThreadStop&&) noexcept;
    ThreadStop& operator=(ThreadStop&&) = delete;

    const std::vector<StoppedThread>& threads() const { return threads_; }
    Clock::time_point begin() const { return begin_; }
    // Lets all threads run on, a thread that was stopped before stays so. May be called again.
    void resume();

private:
    ThreadStop() = default;
    Result<void> seize_all(std::int64_t pid, Clock::time_point deadline);
    bool wait_for(StoppedThread& thread, Clock::time_point deadline);

    std::vector<StoppedThread> threads_;  // seized ones
    Clock::time_point begin_{};
};

}  // namespace pycore
