// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/reader_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace pycore {
namespace {

struct Pipe {
    FileDescriptor out;
    FileDescriptor in;
};

std::optional<Pipe> make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// A reader that crashes leaves no core of its own: it would be as large as what it read.
void leave_no_core() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

std::string how_ended(int status) {
    if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        return std::string("was ended by SIG") + (name != nullptr ? name : "?");
    }
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::optional<ReaderProcess> ReaderProcess::start(const Main& main) {
    auto tasks = make_pipe();
    auto answers = make_pipe();
    if (!tasks || !answers) return std::nullopt;
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return std::nullopt;
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        tasks->in = FileDescriptor();
        answers->out = FileDescriptor();
        leave_no_core();
        main(tasks->out.get(), answers->in.get());
        ::_exit(0);
    }
    ReaderProcess reader;
    reader.pid_ = pid;
    reader.tasks_ = std::move(tasks->in);
    reader.answers_ = std::move(answers->out);
    return reader;
}

bool ReaderProcess::give(const Message& task, Clock::time_point deadline) {
    task_ = task.header.index;
    deadline_ = deadline;
    return send_message(tasks_.get(), task);
}

std::optional<Message> ReaderProcess::take_answer(bool& alive) {
    alive = assembler_.take_from(answers_.get());
    auto answer = assembler_.next();
    if (answer) {
        answer->header.index = *task_;  // whatever it says itself
        task_.reset();
    }
    return answer;
}

std::string ReaderProcess::end() {
    int status = 0;
    // It closed its pipe: if it is not ending by itself, it is made to.
    for (int waited = 0; waited < 50; ++waited) {
        if (::waitpid(pid_, &status, WNOHANG) == pid_) return how_ended(status);
        ::usleep(1000);
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
    return how_ended(status);
}

}  // namespace pycore
