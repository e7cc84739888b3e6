// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Each case lets a child of its own go into the sandbox and try what a hijacked parser would.
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace pycore;
using pycore::test::TemporaryDirectory;

namespace {

enum Outcome { kDone = 0, kRefused = 1, kOther = 2, kNotHere = 77 };

// The outcome of `attempt` in a child that has entered the sandbox. `needs` says whether this machine
// has what the attempt is about.
int in_sandbox(const SandboxLeave& leave, bool (*needs)(const Sandbox&), const std::function<int()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        const Sandbox sandbox = enter_sandbox(leave);
        ::_exit(needs(sandbox) ? attempt() : kNotHere);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNotHere) WARN("SKIPPED: this kernel or build has no such part of the sandbox");
    return WEXITSTATUS(status);
}

bool any(const Sandbox&) { return true; }
bool landlock(const Sandbox& sandbox) { return sandbox.landlock >= 3; }
bool filter(const Sandbox& sandbox) { return sandbox.system_calls; }

int outcome(long result) {
    if (result >= 0) return kDone;
    return errno == EPERM || errno == EACCES ? kRefused : kOther;
}

void check_refused(bool (*needs)(const Sandbox&), const std::function<int()>& attempt) {
    const int found = in_sandbox({}, needs, attempt);
    if (found != kNotHere) CHECK(found == kRefused);
}

void check_done(const SandboxLeave& leave, const std::function<int()>& attempt) {
    CHECK(in_sandbox(leave, any, attempt) == kDone);
}

int write_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 ? outcome(fd) : outcome(::write(fd, "x", 1));
}

}  // namespace

TEST_CASE("a confined process starts no program", "[sandbox]") {
    const auto start = [] {
        char* arguments[] = {const_cast<char*>("/bin/true"), nullptr};
        return outcome(::execv(arguments[0], arguments));
    };
    check_refused(landlock, start);
    check_refused(filter, start);
    check_refused(filter, [] { return outcome(::syscall(SYS_fork)); });
    check_refused(filter, [] { return outcome(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); });
    check_refused(filter, [] { return outcome(::fork()); });
}

TEST_CASE("a confined process gains no privileges", "[sandbox]") {
    check_done({}, [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? kDone : kOther; });
}

TEST_CASE("a confined process reaches no network and no other process", "[sandbox]") {
    check_refused(filter, [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); });
    check_refused(filter, [] { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0)); });
    check_refused(filter, [] { return outcome(::kill(::getppid(), 0)); });
    check_refused(filter, [] { return outcome(::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr)); });
    check_refused(filter, [] { return outcome(::ioctl(STDIN_FILENO, TIOCSTI, "x")); });
}

TEST_CASE("a confined process writes to no file", "[sandbox]") {
    const TemporaryDirectory folder;
    const std::string known = folder.write("known", "content");
    check_refused(landlock, [&] { return write_file(folder.path() + "/new"); });
    check_refused(landlock, [&] { return write_file(known); });
    check_refused(landlock, [&] { return outcome(::unlink(known.c_str())); });
    check_refused(landlock, [&] { return outcome(::rename(known.c_str(), (known + "2").c_str())); });
    check_refused(landlock, [&] { return outcome(::mkdir((known + "3").c_str(), 0700)); });
    check_refused(filter, [&] { return outcome(::chmod(known.c_str(), 0777)); });
    check_refused(filter, [&] { return outcome(::truncate(known.c_str(), 0)); });
    check_refused(filter, [&] { return outcome(::symlink("x", (known + "4").c_str())); });
}

TEST_CASE("a confined process still reads files and writes to what is open", "[sandbox]") {
    const TemporaryDirectory folder;
    const std::string path = folder.write("known", "content");
    const int open_before = ::open(folder.write("output", "").c_str(), O_WRONLY | O_CLOEXEC);
    check_done({}, [&] { return outcome(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); });
    check_done({}, [&] { return outcome(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)); });
    check_done({}, [&] { return outcome(::write(open_before, "x", 1)); });
    check_done({}, [] {
        std::thread([] {}).join();
        return kDone;
    });
    ::close(open_before);
}

TEST_CASE("a confined process replaces files in the folder that it was given, and nowhere else", "[sandbox]") {
    const TemporaryDirectory folder;
    const TemporaryDirectory other;
    const std::string path = folder.path() + "/report";
    const SandboxLeave leave{false, {folder.path()}};
    check_done(leave, [&] {
        const int written = write_file(path + ".part");
        return written != kDone ? written : outcome(::rename((path + ".part").c_str(), path.c_str()));
    });
    const int elsewhere = in_sandbox(leave, landlock, [&] { return write_file(other.path() + "/report"); });
    if (elsewhere != kNotHere) CHECK(elsewhere == kRefused);
    check_done({false, {"/dev/null"}}, [] { return outcome(::open("/dev/null", O_WRONLY | O_CLOEXEC)); });
}

TEST_CASE("with leave for the network there are sockets, and still no programs", "[sandbox]") {
    const SandboxLeave leave{true, {}};
    check_done(leave, [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); });
    const int started = in_sandbox(leave, filter, [] { return outcome(::fork()); });
    if (started != kNotHere) CHECK(started == kRefused);
}

TEST_CASE("what a kernel lacks is left out and told", "[sandbox]") {
    CHECK(describe({true, 4, true}) == "confined by Landlock 4 and seccomp");
    CHECK(describe({true, 4, false}) == "confined by Landlock 4, without seccomp");
    CHECK(describe({true, 0, true}).find("without Landlock") != std::string::npos);
    CHECK(describe({}).find("not confined") != std::string::npos);
}
