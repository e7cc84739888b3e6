// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/file_descriptor.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 16 << 20;  // bytes that are kept of each stream

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

Pipe make_pipe() {
    std::array<int, 2> ends = {-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {FileDescriptor(), FileDescriptor()};
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Zero, or the errno that kept it from starting.
int start(const std::vector<std::string>& command, const Pipe& output, const Pipe& errors, pid_t& pid) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
    const int failure = ::posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return failure;
}

// False at the end of the stream.
bool take(int fd, std::string& text) {
    std::array<char, 4096> buffer;
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0) return errno == EINTR || errno == EAGAIN;
    if (text.size() < kMaxOutput) text.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
}

// True if both streams ended in time.
bool collect(const Pipe& output, const Pipe& errors, ProgramAnswer& answer, Clock::time_point deadline) {
    std::array<pollfd, 2> files = {{{output.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}}};
    while (files[0].fd >= 0 || files[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        if (::poll(files.data(), files.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
        if (files[0].revents != 0 && !take(files[0].fd, answer.output)) files[0].fd = -1;
        if (files[1].revents != 0 && !take(files[1].fd, answer.errors)) files[1].fd = -1;
    }
    return true;
}

}  // namespace

Result<ProgramAnswer> run_program(const std::vector<std::string>& command, std::chrono::milliseconds patience) {
    Pipe output = make_pipe(), errors = make_pipe();
    pid_t pid = -1;
    if (const int failure = start(command, output, errors, pid); failure != 0) {
        const auto code = failure == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
        return Error{code, command.front() + ": " + std::strerror(failure), {}};
    }
    output.write = FileDescriptor();
    errors.write = FileDescriptor();
    ProgramAnswer answer;
    const bool in_time = collect(output, errors, answer, Clock::now() + patience);
    if (!in_time) ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time) return Error{ErrorCode::Limit, command.front() + " did not answer in time", {}};
    answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return answer;
}

}  // namespace pycore
