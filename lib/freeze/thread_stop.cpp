// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/thread_stop.h"

#include <elf.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <thread>
#include <unordered_set>
#include <utility>

#include "process/proc_files.h"

namespace pycore {
namespace {

constexpr std::size_t kRoomForNewThreads = 64;
constexpr int kMaxPasses = 100;  // over the list of tasks; new threads may appear in each
// A thread in uninterruptible sleep will not stop; any other does as soon as it gets a processor.
constexpr auto kPatienceWithSleepers = std::chrono::milliseconds(2);

// The thread needs a processor to stop on, and may have to wait for ours: to yield is not enough if we come before it.
void give_way(int looks) {
    constexpr int kYields = 20;
    constexpr timespec kMoment{0, 20'000};
    if (looks <= kYields) {
        ::sched_yield();
    } else {
        ::nanosleep(&kMoment, nullptr);
    }
}

bool sleeps_uninterruptibly(std::int64_t tid) {
    const auto status = read_status(tid);
    return status && status->state == 'D';
}

template <std::size_t N>
bool read_register_set(std::int64_t tid, unsigned long type, std::array<std::byte, N>& bytes) {
    iovec vector{bytes.data(), bytes.size()};
    return ::ptrace(PTRACE_GETREGSET, static_cast<pid_t>(tid), type, &vector) == 0 && vector.iov_len == N;
}

}  // namespace

static_assert(sizeof(StoppedThread::registers) == sizeof(user_regs_struct));
static_assert(sizeof(StoppedThread::float_registers) == sizeof(user_fpregs_struct));

Result<void> ThreadStop::hold_still(std::int64_t pid, Clock::time_point deadline,
                                    const std::function<void(ThreadStop&)>& work) {
    Result<void> done;
    std::thread([&] {
        ::prctl(PR_SET_TIMERSLACK, 1UL);  // ns: moments are moments
        // Who stops others does not wait in line behind them; where that is not allowed, it does.
        static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), -20));
        ThreadStop stop;
        stop.threads_.reserve(list_tasks(pid).size() + kRoomForNewThreads);
        stop.begin_ = Clock::now();
        done = stop.seize_all(pid, deadline);
        if (!done) return;
        stop.read_registers();
        work(stop);
    }).join();
    return done;
}

void ThreadStop::read_registers() {
    for (StoppedThread& thread : threads_) {
        thread.stopped = thread.stopped && read_register_set(thread.tid, NT_PRSTATUS, thread.registers);
        thread.has_float_registers =
            thread.stopped && read_register_set(thread.tid, NT_PRFPREG, thread.float_registers);
    }
    const auto by_tid = [](const StoppedThread& a, const StoppedThread& b) { return a.tid < b.tid; };
    if (!std::is_sorted(threads_.begin(), threads_.end(), by_tid)) std::sort(threads_.begin(), threads_.end(), by_tid);
}

// Until a pass over the tasks finds no new one: a thread that still runs may start others.
Result<void> ThreadStop::seize_all(std::int64_t pid, Clock::time_point deadline) {
    std::unordered_set<std::int64_t> seen;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
        const std::size_t known = threads_.size();
        for (const std::int64_t tid : list_tasks(pid)) {
            if (!seen.insert(tid).second) continue;
            if (::ptrace(PTRACE_SEIZE, static_cast<pid_t>(tid), nullptr, nullptr) == 0) {
                threads_.emplace_back().tid = tid;
                ::ptrace(PTRACE_INTERRUPT, static_cast<pid_t>(tid), nullptr, nullptr);
            } else if (const int refusal = errno; refusal != ESRCH && !has_ended(tid)) {  // EPERM: a thread that ends
                return Error{ErrorCode::Io, fmt::format("it cannot be stopped: {}", std::strerror(refusal)), {}};
            }
        }
        if (threads_.size() == known) break;
        for (std::size_t i = known; i < threads_.size(); ++i) threads_[i].stopped = wait_for(threads_[i], deadline);
    }
    if (threads_.empty()) return Error{ErrorCode::NotFound, "it has ended", {}};
    return {};
}

bool ThreadStop::wait_for(StoppedThread& thread, Clock::time_point deadline) {
    const auto begun = Clock::now();
    for (int looks = 0;;) {
        int status = 0;
        const pid_t done = ::waitpid(static_cast<pid_t>(thread.tid), &status, __WALL | WNOHANG);
        if (done == static_cast<pid_t>(thread.tid)) {
            if (!WIFSTOPPED(status)) return false;  // it has ended
            // Either our interrupt (or a stop that was there before), or a signal on its way to the thread.
            if (status >> 16 != PTRACE_EVENT_STOP) thread.pending_signal = WSTOPSIG(status);
            return true;
        }
        if (done < 0 && errno != EINTR) return false;
        const auto now = Clock::now();
        if (now >= deadline) return false;
        if (now - begun > kPatienceWithSleepers && sleeps_uninterruptibly(thread.tid)) return false;
        give_way(++looks);
    }
}

void ThreadStop::resume() {
    if (std::exchange(resumed_, true)) return;
    for (const StoppedThread& thread : threads_) {
        const auto tid = static_cast<pid_t>(thread.tid);
        if (::ptrace(PTRACE_DETACH, tid, nullptr, thread.pending_signal) == 0 || errno != ESRCH) continue;
        // It did not stop in time (or only now), and detaching needs a stopped thread: what is left of our
        // interrupt ends with our tracing, which the kernel ends with this thread of ours.
        int status = 0;
        if (::waitpid(tid, &status, __WALL | WNOHANG) == tid && WIFSTOPPED(status)) {
            const bool ours = status >> 16 == PTRACE_EVENT_STOP;
            ::ptrace(PTRACE_DETACH, tid, nullptr, ours ? 0 : WSTOPSIG(status));
        }
    }
}

}  // namespace pycore
