// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <new>

#include "base/file_descriptor.h"
#include "job/guardian.h"
#include "job/process_table.h"
#include "job/silence_watch.h"
#include "process/signal_names.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

// How often it looks at the guardian's clock while that freezes, and at the time otherwise.
constexpr int kLookFreezing = 2;     // ms
constexpr int kLookOtherwise = 500;  // ms

GuardianBoard* shared_board() {
    void* memory = ::mmap(nullptr, sizeof(GuardianBoard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : new (memory) GuardianBoard;
}

std::int64_t now_ns() { return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count(); }

class Supervisor {
public:
    Supervisor(const SupervisorOptions& options, const FreezeAll& freeze,
               const std::function<void(const std::string&)>& say, GuardianBoard& board)
        : options_(options), freeze_(freeze), say_(say), board_(board) {}

    bool start() {
        std::array<int, 2> ends = {-1, -1};
        sigset_t all, before;
        ::sigfillset(&all);
        if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::sigprocmask(SIG_SETMASK, &all, &before) != 0) return false;
        FileDescriptor read(ends[0]);
        orders_ = FileDescriptor(ends[1]);
        ::fcntl(orders_.get(), F_SETFL, O_NONBLOCK);
        signals_ = FileDescriptor(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // for what the guardian would leave behind
        guardian_ = ::fork();
        if (guardian_ != 0) return guardian_ > 0;
        orders_ = FileDescriptor();
        run_guardian(options_, freeze_, board_, read.get(), before);
    }

    SupervisedEnd run() {
        const auto begin = Clock::now();
        pollfd file = {signals_.get(), POLLIN, 0};
        while (!over_) {
            ::poll(&file, 1, board_.freezing ? kLookFreezing : kLookOtherwise);
            take_signals();
            reap();
            watch_guardian();
            if (options_.timeout && !timed_out_ && Clock::now() - begin > *options_.timeout) {
                timed_out_ = true;
                order(fmt::format("timeout of {} s", options_.timeout->count()));
            }
            if (options_.silence) watch_silence();
        }
        while (guardian_ > 0 && ::waitpid(guardian_, nullptr, 0) < 0 && errno == EINTR) {
        }
        return {board_.command > 0, status_};
    }

private:
    void order(const std::string& why) {
        if (guardian_ < 0) {
            say_(why + ": the guardian is gone, so nothing can be frozen any more");
            return;
        }
        const std::string line = why + "\n";
        static_cast<void>(::write(orders_.get(), line.data(), line.size()));
    }

    void take_signals() {
        signalfd_siginfo news{};
        while (::read(signals_.get(), &news, sizeof(news)) == sizeof(news)) take_signal(news);
    }

    // What a terminal sends, it sends to the command, too; what somebody sends to us is meant for the command.
    void take_signal(const signalfd_siginfo& news) {
        const int number = static_cast<int>(news.ssi_signo);
        if (number == SIGCHLD) return;
        if (std::find(options_.signals.begin(), options_.signals.end(), number) != options_.signals.end()) {
            return order(signal_name(number));
        }
        const bool by_somebody = news.ssi_code <= 0;
        const pid_t command = board_.command;
        if (by_somebody && command > 0) ::kill(command, number);
        const bool stops = number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
        if (stops) stop_like(number);
    }

    // As if the signal had not been blocked, so that a shell sees what it expects.
    static void stop_like(int number) {
        sigset_t one;
        ::sigemptyset(&one);
        ::sigaddset(&one, number);
        ::raise(number);
        ::sigprocmask(SIG_UNBLOCK, &one, nullptr);  // stops here, until somebody continues us
        ::sigprocmask(SIG_BLOCK, &one, nullptr);
    }

    void reap() {
        int status = 0;
        for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
            if (pid == guardian_) lose_guardian(status);
            if (pid == board_.command && guardian_ < 0) end(status);
        }
        if (board_.ended) end(board_.status);
    }

    void end(int status) {
        status_ = status;
        over_ = true;
    }

    void lose_guardian(int status) {
        guardian_ = -1;
        board_.freezing = false;
        if (board_.ended) return;
        if (board_.command <= 0) return end(1 << 8);  // it could not even start
        say_(fmt::format("the guardian {}; the command runs on, but cannot be frozen any more",
                         WIFSIGNALED(status) ? "died of " + signal_name(WTERMSIG(status)) : std::string("ended")));
    }

    void watch_guardian() {
        if (!board_.freezing || guardian_ < 0) {
            freezing_since_ = {};
            return;
        }
        if (!freezing_since_) freezing_since_ = Clock::now();
        const std::int64_t since = board_.stopped_since;
        const bool stuck = since != 0 && now_ns() - since > options_.longest_stop.count();
        if (stuck || Clock::now() - *freezing_since_ > options_.longest_freeze) ::kill(guardian_, SIGKILL);
    }

    // Once for each time that it fell silent.
    void watch_silence() {
        if (board_.freezing) return;
        if (Clock::now() - looked_ < std::chrono::seconds(1)) return;
        looked_ = Clock::now();
        silence_.look(ProcessTable::read().tree(board_.command));
        const bool silent = silence_.silent_for() > *options_.silence;
        if (silent && !was_silent_) order(fmt::format("silence of {} s", options_.silence->count()));
        was_silent_ = silent;
    }

    const SupervisorOptions& options_;
    const FreezeAll& freeze_;
    const std::function<void(const std::string&)>& say_;
    GuardianBoard& board_;
    FileDescriptor orders_;
    FileDescriptor signals_;
    pid_t guardian_ = -1;
    bool over_ = false;
    int status_ = 0;
    bool timed_out_ = false;
    std::optional<Clock::time_point> freezing_since_;
    SilenceWatch silence_;
    Clock::time_point looked_{};
    bool was_silent_ = false;
};

}  // namespace

SupervisedEnd supervise(const SupervisorOptions& options, const FreezeAll& freeze,
                        const std::function<void(const std::string&)>& say) {
    GuardianBoard* board = shared_board();
    if (board == nullptr) return {false, 0};
    Supervisor supervisor(options, freeze, say, *board);
    return supervisor.start() ? supervisor.run() : SupervisedEnd{false, 0};
}

}  // namespace pycore
