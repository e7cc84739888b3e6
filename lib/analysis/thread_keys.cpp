// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/thread_keys.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pycore {
namespace {

// "Thread-7 (work)", as CPython 3.10 and newer call it, was "Thread-7" before; "pool-3_worker-1" -> "pool-_worker".
std::string plain_role(std::string_view name) {
    if (name.starts_with("Thread-")) return "Thread";
    std::string out;
    for (const char c : name) {
        if (c < '0' || c > '9') out += c;
    }
    while (!out.empty() && std::string_view(" -_#").find(out.back()) != std::string_view::npos) out.pop_back();
    return out;
}

std::string role_of(const ThreadState& thread) {
    for (const PythonThread& python : thread.python) {
        if (python.name) return plain_role(*python.name);
    }
    if (thread.main) return "MainThread";
    return thread.python.empty() ? "native" : "python";
}

// System calls that one source makes by another name on another version or C library.
constexpr std::pair<std::string_view, std::string_view> kCallClasses[] = {
    {"accept", "accept"},    {"accept4", "accept"},    {"clock_nanosleep", "sleep"},
    {"epoll_pwait", "poll"}, {"epoll_pwait2", "poll"}, {"epoll_wait", "poll"},
    {"nanosleep", "sleep"},  {"pause", "sleep"},       {"poll", "poll"},
    {"ppoll", "poll"},       {"pread64", "read"},      {"preadv", "read"},
    {"preadv2", "read"},     {"pselect6", "sleep"},    {"pwrite64", "write"},
    {"pwritev", "write"},    {"pwritev2", "write"},    {"read", "read"},
    {"readv", "read"},       {"recvfrom", "receive"},  {"recvmmsg", "receive"},
    {"recvmsg", "receive"},  {"select", "sleep"},      {"sendmmsg", "send"},
    {"sendmsg", "send"},     {"sendto", "send"},       {"wait4", "child"},
    {"waitid", "child"},     {"write", "write"},       {"writev", "write"},
};

// Functions that make such a call, by the beginnings of their names: of a thread whose call a signal handler ended, the
// call is not told any more.
constexpr std::pair<std::string_view, std::string_view> kWaitingFunctions[] = {
    {"PyThread_acquire_lock", "lock"},
    {"_PyMutex_Lock", "lock"},
    {"_PyParkingLot_Park", "lock"},
    {"_PySemaphore_Wait", "lock"},
    {"__futex_abstimed", "lock"},
    {"accept", "accept"},
    {"clock_nanosleep", "sleep"},
    {"epoll_", "poll"},
    {"flock", "flock"},
    {"nanosleep", "sleep"},
    {"pause", "sleep"},
    {"poll", "poll"},
    {"ppoll", "poll"},
    {"pread", "read"},
    {"pselect", "sleep"},
    {"pthread_barrier_wait", "lock"},
    {"pthread_cond_", "lock"},
    {"pthread_join", "lock"},
    {"pthread_mutex_lock", "lock"},
    {"pwrite", "write"},
    {"read", "read"},
    {"recv", "receive"},
    {"select", "sleep"},
    {"sem_", "lock"},
    {"send", "send"},
    {"take_gil", "gil"},
    {"wait4", "child"},
    {"waitid", "child"},
    {"waitpid", "child"},
    {"write", "write"},
};

std::string waiting_function(const std::vector<NamedFrame>& frames) {
    for (auto frame = frames.rbegin(); frame != frames.rend() && !frame->is_python(); ++frame) {
        if (frame->above_site) continue;
        std::string_view name = std::string_view(frame->shown.text).substr(frame->shown.text.find('!') + 1);
        if (!name.starts_with("__futex")) name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
        for (const auto& [known, what] : kWaitingFunctions) {
            const bool of_python = known.starts_with("_Py");
            if (name.starts_with(of_python ? known.substr(1) : known)) return std::string(what);
        }
    }
    return "running";
}

// Whether a lock is a Python object or a futex of its C code is not always told.
std::string wait_class(const ThreadState& thread, const std::vector<NamedFrame>& frames) {
    if (!thread.wait) return thread.crashed ? waiting_function(frames) : "running";
    if (thread.wait->kind == "futex") return "lock";
    if (thread.wait->kind != "syscall") return thread.wait->kind;
    const std::string_view call = std::string_view(thread.wait->what).substr(0, thread.wait->what.find(' '));
    for (const auto& [known, name] : kCallClasses) {
        if (call == known) return std::string(name);
    }
    return std::string(call);
}

}  // namespace

const NamedFrame* python_site(const std::vector<NamedFrame>& frames) {
    const NamedFrame* any = nullptr;
    const NamedFrame* kept = nullptr;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (!frame->is_python()) continue;
        if (any == nullptr) any = &*frame;
        if (!frame->shown.kept) continue;
        if (kept == nullptr) kept = &*frame;
        if (frame->origin == FrameOrigin::Application) return &*frame;
    }
    return kept != nullptr ? kept : any;
}

ThreadKey thread_key(const ThreadState& thread, const std::vector<NamedFrame>& frames) {
    ThreadKey key;
    key.tid = thread.tid;
    key.role = role_of(thread);
    key.wait = wait_class(thread, frames);
    key.holds_gil = thread.holds_gil;
    if (const NamedFrame* site = python_site(frames)) key.python = site->shown.text;
    for (auto frame = frames.rbegin(); frame != frames.rend() && !frame->is_python(); ++frame) {
        if (frame->shown.kept && frame->origin == FrameOrigin::Application) {
            key.native = frame->shown.text;
            break;
        }
    }
    key.text = key.role + "|" + key.wait + "|" + key.python + "|" + key.native + (key.holds_gil ? "|GIL" : "");
    return key;
}

}  // namespace pycore
