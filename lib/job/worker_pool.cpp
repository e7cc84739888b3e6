// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/worker_pool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <list>
#include <memory>
#include <new>
#include <span>

#include "base/file_descriptor.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;
// Since when the target of a worker stands still, by Clock in ns; 0: it does not. Shared with the worker.
using StoppedSince = std::atomic<std::int64_t>;
static_assert(StoppedSince::is_always_lock_free);

constexpr timespec kLook = {0, 2'000'000};  // 2 ms
constexpr std::array kEndingSignals = {SIGINT, SIGTERM, SIGHUP};
// How long a worker that was killed may take to die; one that reads from a hung file system may never.
constexpr auto kFarewell = std::chrono::seconds(2);

volatile std::sig_atomic_t interrupted = 0;

std::int64_t now_ns() { return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count(); }

// While it lives, the signals that end a program only set the flag.
class SignalWatch {
public:
    SignalWatch() {
        interrupted = 0;
        struct sigaction action {};
        action.sa_handler = [](int) { interrupted = 1; };
        for (std::size_t i = 0; i < kEndingSignals.size(); ++i) ::sigaction(kEndingSignals[i], &action, &before_[i]);
    }
    ~SignalWatch() { restore(); }
    void restore() const {
        for (std::size_t i = 0; i < kEndingSignals.size(); ++i) ::sigaction(kEndingSignals[i], &before_[i], nullptr);
    }

private:
    std::array<struct sigaction, kEndingSignals.size()> before_{};
};

class SharedClocks {
public:
    explicit SharedClocks(std::size_t count) : bytes_(count * sizeof(StoppedSince)) {
        void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        auto* clocks = static_cast<StoppedSince*>(memory);
        for (std::size_t i = 0; i < count; ++i) new (clocks + i) StoppedSince(0);
        clocks_ = {clocks, count};
    }
    ~SharedClocks() { ::munmap(clocks_.data(), bytes_); }
    SharedClocks(const SharedClocks&) = delete;
    SharedClocks& operator=(const SharedClocks&) = delete;
    StoppedSince& operator[](std::size_t index) const { return clocks_[index]; }

private:
    std::size_t bytes_;
    std::span<StoppedSince> clocks_;
};

struct Worker {
    std::size_t index = 0;
    pid_t pid = -1;
    FileDescriptor output;
    Clock::time_point begin;
    WorkerEnd end;
    bool killed = false;
    Clock::time_point killed_at;
};

void write_all(int fd, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t done = ::write(fd, text.data() + at, text.size() - at);
        if (done < 0 && errno != EINTR) return;
        if (done > 0) at += static_cast<std::size_t>(done);
    }
}

// What was written so far; the pipe does not block.
void drain(Worker& worker) {
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t size = ::read(worker.output.get(), buffer.data(), buffer.size());
        if (size <= 0) return;
        worker.end.message.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

class Pool {
public:
    Pool(std::size_t count, const PoolLimits& limits, const Work& work, const PoolProgress& progress)
        : ends_(count), limits_(limits), work_(work), progress_(progress), clocks_(count) {}

    std::vector<WorkerEnd> run() {
        while (next_ < ends_.size() || !workers_.empty()) {
            if (interrupted != 0) {
                next_ = ends_.size();
                for (Worker& worker : workers_) kill(worker, WorkerEnd::How::Interrupted);
            }
            while (next_ < ends_.size() && workers_.size() < limits_.at_once) begin(next_++);
            for (auto worker = workers_.begin(); worker != workers_.end();) {
                worker = look_at(*worker) ? workers_.erase(worker) : std::next(worker);
            }
            if (!workers_.empty()) ::nanosleep(&kLook, nullptr);
        }
        return std::move(ends_);
    }

private:
    void begin(std::size_t index) {
        std::array<int, 2> pipe = {-1, -1};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(index);
        FileDescriptor output(pipe[0]), input(pipe[1]);
        ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
        std::fflush(nullptr);
        const pid_t pid = ::fork();
        if (pid < 0) return fail(index);
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            signals_.restore();
            std::signal(SIGTSTP, SIG_IGN);  // it must not be stopped while its target stands still
            StoppedSince& since = clocks_[index];
            write_all(input.get(), work_(index, [&](bool stopped) { since.store(stopped ? now_ns() : 0); }));
            std::fflush(nullptr);
            ::_exit(0);
        }
        workers_.push_back({index, pid, std::move(output), Clock::now(), {WorkerEnd::How::Done, 0, {}}, false, {}});
    }

    void fail(std::size_t index) {
        ends_[index].how = WorkerEnd::How::Died;
        progress_(index, ends_[index]);
    }

    void kill(Worker& worker, WorkerEnd::How why) {
        if (worker.killed) return;
        ::kill(worker.pid, SIGKILL);
        worker.killed = true;
        worker.killed_at = Clock::now();
        worker.end.how = why;
    }

    // True if it is over with it.
    bool look_at(Worker& worker) {
        drain(worker);
        int status = 0;
        const pid_t done = ::waitpid(worker.pid, &status, WNOHANG);
        const bool lost = worker.killed && Clock::now() - worker.killed_at > kFarewell;
        if (done == 0 && !lost) {
            const std::int64_t since = clocks_[worker.index].load();
            if (since != 0 && now_ns() - since > limits_.stop.count()) kill(worker, WorkerEnd::How::StoppedTooLong);
            if (Clock::now() - worker.begin > limits_.each) kill(worker, WorkerEnd::How::TookTooLong);
            return false;
        }
        drain(worker);
        if (done == worker.pid && WIFSIGNALED(status) && !worker.killed) {
            const bool by_user = interrupted != 0;
            worker.end.how = by_user ? WorkerEnd::How::Interrupted : WorkerEnd::How::Died;
            worker.end.signal = WTERMSIG(status);
        }
        ends_[worker.index] = std::move(worker.end);
        progress_(worker.index, ends_[worker.index]);
        return true;
    }

    SignalWatch signals_;
    std::vector<WorkerEnd> ends_;
    const PoolLimits& limits_;
    const Work& work_;
    const PoolProgress& progress_;
    SharedClocks clocks_;
    std::list<Worker> workers_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<WorkerEnd> run_workers(std::size_t count, const PoolLimits& limits, const Work& work,
                                   const PoolProgress& progress) {
    if (count == 0) return {};
    return Pool(count, limits, work, progress).run();
}

}  // namespace pycore
