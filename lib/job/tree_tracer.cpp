// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/tree_tracer.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "job/process_rights.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(2);  // with a thread in uninterruptible sleep
constexpr timespec kLook = {0, 100'000};             // 0.1 ms

pid_t kernel_id(std::int64_t tid) { return static_cast<pid_t>(tid); }

// Those whose default is to end the process with a core (signal(7)).
bool ends_with_core(int number) {
    constexpr std::array kCores = {SIGABRT, SIGBUS, SIGFPE,  SIGILL,  SIGQUIT,
                                   SIGSEGV, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};
    return std::find(kCores.begin(), kCores.end(), number) != kCores.end();
}

// Neither caught nor ignored.
bool takes_default(std::int64_t tid, int number) {
    const std::string file = fmt::format("/proc/{}/status", tid);
    const std::uint64_t bit = std::uint64_t{1} << (number - 1);
    const auto mask = [&](const char* key) { return std::strtoull(status_value(file, key).c_str(), nullptr, 16); };
    return ((mask("SigCgt") | mask("SigIgn")) & bit) == 0;
}

bool is_job_control(int number) {
    return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

template <std::size_t N>
bool read_registers(std::int64_t tid, unsigned long type, std::array<std::byte, N>& bytes) {
    iovec vector{bytes.data(), bytes.size()};
    return ::ptrace(PTRACE_GETREGSET, kernel_id(tid), type, &vector) == 0 && vector.iov_len == N;
}

void go_on(std::int64_t tid, int signal) { ::ptrace(PTRACE_CONT, kernel_id(tid), nullptr, signal); }

}  // namespace

bool TreeTracer::attach(std::int64_t pid) {
    constexpr long kOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    return ::ptrace(PTRACE_SEIZE, kernel_id(pid), nullptr, kOptions) == 0;
}

std::optional<TreeTracer::Crash> TreeTracer::take(std::int64_t tid, int status) {
    const int number = WSTOPSIG(status);
    const int event = status >> 16;
    if (event == PTRACE_EVENT_STOP && is_job_control(number)) {
        ::ptrace(PTRACE_LISTEN, kernel_id(tid), nullptr, nullptr);  // stopped as anybody would be
        return std::nullopt;
    }
    if (event != 0) {
        go_on(tid, 0);
        return std::nullopt;
    }
    siginfo_t info{};
    const bool delivered = ::ptrace(PTRACE_GETSIGINFO, kernel_id(tid), nullptr, &info) == 0;
    if (!delivered || !ends_with_core(number) || !takes_default(tid, number)) {
        go_on(tid, number);
        return std::nullopt;
    }
    crashing_ = {tid, number};
    const auto of_process = read_status(tid);
    const std::string bytes(reinterpret_cast<const char*>(&info), sizeof(info));
    return Crash{of_process ? of_process->process_id : tid, number, {tid, bytes}};
}

std::vector<StoppedThread> TreeTracer::hold(std::int64_t pid) {
    for (const std::int64_t tid : list_tasks(pid)) {
        StoppedThread thread{};
        thread.tid = tid;
        if (crashing_ && crashing_->first == tid) {
            thread.stopped = true;
            thread.pending_signal = crashing_->second;
        } else if (::ptrace(PTRACE_INTERRUPT, kernel_id(tid), nullptr, nullptr) != 0) {
            continue;  // it has ended
        }
        held_.push_back(thread);
    }
    for (StoppedThread& thread : held_) {
        if (!thread.stopped) stop(thread);
        thread.stopped = thread.stopped && read_registers(thread.tid, NT_PRSTATUS, thread.registers);
        thread.has_float_registers = thread.stopped && read_registers(thread.tid, NT_PRFPREG, thread.float_registers);
    }
    return held_;
}

void TreeTracer::stop(StoppedThread& thread) {
    const auto deadline = Clock::now() + kPatience;
    while (Clock::now() < deadline) {
        int status = 0;
        const pid_t done = ::waitpid(kernel_id(thread.tid), &status, __WALL | WNOHANG);
        if (done == 0) {
            ::nanosleep(&kLook, nullptr);
            continue;
        }
        if (done < 0) return;
        if (!WIFSTOPPED(status)) {
            ends_.emplace_back(thread.tid, status);
            return;
        }
        thread.stopped = true;
        if (status >> 16 == 0) thread.pending_signal = WSTOPSIG(status);
        if (status >> 16 == PTRACE_EVENT_STOP && is_job_control(WSTOPSIG(status))) stopped_before_.insert(thread.tid);
        return;
    }
}

void TreeTracer::release() {
    for (const StoppedThread& thread : std::exchange(held_, {})) {
        if (!thread.stopped) continue;
        const bool stays = stopped_before_.erase(thread.tid) > 0;
        if (stays) ::ptrace(PTRACE_LISTEN, kernel_id(thread.tid), nullptr, nullptr);
        if (!stays) go_on(thread.tid, thread.pending_signal);
    }
}

void TreeTracer::finish(std::int64_t pid) {
    if (held_.empty()) hold(pid);  // nobody wanted to look
    crashing_.reset();
    for (const StoppedThread& thread : std::exchange(held_, {})) {
        if (thread.stopped) ::ptrace(PTRACE_DETACH, kernel_id(thread.tid), nullptr, thread.pending_signal);
    }
}

}  // namespace pycore
