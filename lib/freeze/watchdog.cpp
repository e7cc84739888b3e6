// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/watchdog.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <new>

namespace pycore {
namespace {

// Since when the target is stopped, by CLOCK_MONOTONIC in ns; 0: it is not. Shared by parent and child.
using StoppedSince = std::atomic<std::int64_t>;
static_assert(StoppedSince::is_always_lock_free);

constexpr timespec kLook = {0, 2'000'000};  // 2 ms

std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

StoppedSince* shared_clock() {
    void* page = ::mmap(nullptr, sizeof(StoppedSince), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? nullptr : new (page) StoppedSince(0);
}

std::optional<int> watch(pid_t child, const StoppedSince& since, std::int64_t limit) {
    for (;;) {
        int status = 0;
        const pid_t done = ::waitpid(child, &status, WNOHANG);
        if (done == child) return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
        if (done < 0 && errno != EINTR) return std::nullopt;
        const std::int64_t begin = since.load();
        if (begin != 0 && now_ns() - begin > limit) ::kill(child, SIGKILL);
        ::nanosleep(&kLook, nullptr);
    }
}

}  // namespace

std::optional<int> run_watched(std::chrono::nanoseconds limit, const std::function<int(const StopSignal&)>& work) {
    StoppedSince* since = shared_clock();
    const pid_t child = since == nullptr ? -1 : ::fork();
    if (child < 0) return work([](bool) {});  // better unwatched than not at all
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int status = work([since](bool stopped) { since->store(stopped ? now_ns() : 0); });
        std::fflush(nullptr);
        ::_exit(status);
    }
    const auto status = watch(child, *since, limit.count());
    ::munmap(since, sizeof(StoppedSince));
    return status;
}

}  // namespace pycore
