// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/guardian.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/file_descriptor.h"
#include "job/process_table.h"
#include "job/tree_tracer.h"
#include "process/signal_names.h"

namespace pycore {
namespace {

std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// `go`: what is to be awaited before.
[[noreturn]] void become_command(const SupervisorOptions& options, const sigset_t& mask, const FileDescriptor& go) {
    char byte = 0;
    while (::read(go.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    for (const int ignored : {SIGPIPE, SIGXFSZ}) std::signal(ignored, SIG_DFL);  // ours since main()
    for (const int number : options.signals) std::signal(number, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    std::vector<char*> words;
    for (const std::string& word : options.command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    const int failure = errno;
    std::fprintf(stderr, "pycore run: %s: %s\n", words[0], std::strerror(failure));
    ::_exit(failure == ENOENT ? 127 : 126);
}

class Guardian {
public:
    Guardian(const SupervisorOptions& options, const FreezeAll& freeze, GuardianBoard& board, int orders)
        : options_(options), freeze_(freeze), board_(board), orders_(orders) {}

    void start(const sigset_t& mask) {
        sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        children_ = FileDescriptor(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what the command leaves behind stays below us
        std::array<int, 2> ends = {-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
        FileDescriptor wait(ends[0]), go(ends[1]);
        command_ = ::fork();
        if (command_ == 0) {
            go = FileDescriptor();
            become_command(options_, mask, wait);
        }
        if (command_ > 0 && options_.on_crash && !tracer_.attach(command_)) {
            std::fputs("pycore run: the command cannot be traced, so that --on-crash has no effect\n", stderr);
        }
        board_.command = command_;
    }

    void run() {
        std::array<pollfd, 2> files = {{{children_.get(), POLLIN, 0}, {orders_, POLLIN, 0}}};
        while (command_ > 0 && !board_.ended) {
            if (::poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return;
            if (files[0].revents != 0) reap();
            if (files[1].revents != 0 && !board_.ended && !take_orders()) files[1].fd = -1;
        }
    }

private:
    void reap() {
        std::array<signalfd_siginfo, 16> news;
        while (::read(children_.get(), news.data(), sizeof(news)) > 0) {
        }
        int status = 0;
        for (pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL); pid > 0;
             pid = ::waitpid(-1, &status, WNOHANG | __WALL)) {
            if (WIFSTOPPED(status)) {
                if (const auto crash = tracer_.take(pid, status)) freeze_crash(*crash);
            } else {
                take_end(pid, status);
            }
            for (const auto& [ended, how] : tracer_.take_ends()) take_end(ended, how);
        }
    }

    void take_end(std::int64_t pid, int status) {
        if (pid != command_) return;
        board_.status = status;
        board_.ended = true;
    }

    void freeze_crash(const TreeTracer::Crash& crash) {
        FreezeRequest request;
        request.pids = {crash.pid};
        request.why = signal_name(crash.number) + fmt::format(" is about to end process {}", crash.pid);
        request.on_stop = [](bool) {};
        request.prepare = [&](std::int64_t pid, CaptureOptions& capture) {
            capture.own_trace = OwnTrace{[this, pid] { return tracer_.hold(pid); }, [] {}, crash.signal};
        };
        board_.freezing = true;
        freeze_(request);
        tracer_.finish(crash.pid);
        board_.freezing = false;
    }

    // What we trace already cannot be stopped in the usual way.
    void prepare_traced(std::int64_t pid, CaptureOptions& capture) {
        if (!options_.on_crash) return;
        capture.own_trace = OwnTrace{[this, pid] { return tracer_.hold(pid); }, [this] { tracer_.release(); }, {}};
    }

    // False if nobody will give orders any more. What came while we froze is one order.
    bool take_orders() {
        std::array<char, 4096> text;
        const ssize_t size = ::read(orders_, text.data(), text.size());
        if (size <= 0) return size < 0 && errno == EINTR;
        const std::string_view told(text.data(), static_cast<std::size_t>(size));
        board_.freezing = true;
        FreezeRequest request;
        request.pids = find_targets();
        request.why = told.substr(0, told.find('\n'));
        request.on_stop = [this](bool stopped) { board_.stopped_since = stopped ? now_ns() : 0; };
        request.prepare = [this](std::int64_t pid, CaptureOptions& capture) { prepare_traced(pid, capture); };
        freeze_(request);
        board_.freezing = false;
        return true;
    }

    static std::vector<std::int64_t> find_targets() {
        const auto own = static_cast<std::int64_t>(::getpid());
        std::vector<std::int64_t> pids = ProcessTable::read().tree(own);
        std::erase(pids, own);
        return pids;
    }

    const SupervisorOptions& options_;
    const FreezeAll& freeze_;
    GuardianBoard& board_;
    int orders_;
    FileDescriptor children_;
    pid_t command_ = -1;
    TreeTracer tracer_;
};

}  // namespace

void run_guardian(const SupervisorOptions& options, const FreezeAll& freeze, GuardianBoard& board, int orders,
                  const sigset_t& mask) {
    Guardian guardian(options, freeze, board, orders);
    guardian.start(mask);
    guardian.run();
    std::fflush(nullptr);
    ::_exit(0);
}

}  // namespace pycore
