// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "job/doctor.h"
#include "job/process_rights.h"
#include "process/proc_files.h"
#include "process/trace_scope.h"
#include "sandbox/landlock.h"

namespace pycore {
namespace {

using State = Finding::State;

std::string line_of(const std::string& path) {
    auto text = read_proc_file(path).value_or("");
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

Finding examine_yama() {
    const auto scope = read_trace_scope();
    const auto told = [](State state, std::string text, std::string way_out) {
        return Finding{"machine", "ptrace scope", state, std::move(text), std::move(way_out)};
    };
    if (!scope) return told(State::Ok, "no Yama: who may send a process signals may read it, too", "");
    if (scope == TraceScope::Everyone) return told(State::Ok, "0: a user's own processes", "");
    if (scope == TraceScope::Nobody) {
        return told(
            State::No, "3: nobody can read another process, not even root",
            "let programs dump core at their end (core_pattern), or boot with kernel.yama.ptrace_scope below 3");
    }
    if (can_trace_everything()) {
        return told(State::Ok, fmt::format("{}, but you have CAP_SYS_PTRACE", static_cast<int>(*scope)), "");
    }
    if (scope == TraceScope::Root) {
        return told(State::No, "2: only with CAP_SYS_PTRACE",
                    "run pycore as root, or have kernel.yama.ptrace_scope set to 0 or 1");
    }
    return told(State::Warn, "1: only parents and root can read a process",
                "start programs with `pycore run -- COMMAND`; or let them call prctl(PR_SET_PTRACER, "
                "PR_SET_PTRACER_ANY); or have kernel.yama.ptrace_scope set to 0");
}

Finding examine_user() {
    const auto user = static_cast<std::int64_t>(::geteuid());
    if (can_trace_everything()) {
        return {"machine", "rights", State::Ok, fmt::format("user {} with CAP_SYS_PTRACE: everybody's processes", user),
                ""};
    }
    return {"machine", "rights", user == 0 ? State::Warn : State::Ok,
            fmt::format("user {} without CAP_SYS_PTRACE: own processes only", user),
            user == 0 ? "start the container with --cap-add=SYS_PTRACE for other users' processes" : ""};
}

Finding examine_tracing() {
    const AttemptedRights rights = try_rights_with_child();
    if (rights.read == 0 && rights.stop == 0) {
        return {"machine", "tracing", State::Ok, "reading and stopping a process works, tried with one of ours", ""};
    }
    const char* why = std::strerror(rights.read != 0 ? rights.read : rights.stop);
    return {"machine", "tracing", State::No,
            fmt::format("not even a process of ours can be {}: {}", rights.read != 0 ? "read" : "stopped", why),
            "a sandbox around this command forbids it; run pycore outside of the container, or start that with "
            "--cap-add=SYS_PTRACE and a seccomp profile that has ptrace"};
}

Finding examine_counts() {
    const std::string counts = line_of("/proc/self/schedstat");
    if (!counts.empty() && !counts.starts_with("0 ")) {
        return {"machine", "no-stop reading", State::Ok,
                "the kernel counts what runs: what hangs is read without a stop", ""};
    }
    return {"machine", "no-stop reading", State::Warn,
            "this kernel does not count what runs (/proc/PID/schedstat), so that every process is stopped for some "
            "milliseconds",
            "a kernel with CONFIG_SCHED_INFO"};
}

Finding examine_core_pattern() {
    const std::string pattern = line_of("/proc/sys/kernel/core_pattern");
    if (pattern.empty()) {
        return {"machine", "core_pattern", State::Warn, "empty: the kernel writes no cores of what crashes",
                "sysctl kernel.core_pattern=core.%p, or `pycore run --on-crash -- COMMAND`"};
    }
    if (!pattern.starts_with('|')) {
        return {"machine", "core_pattern", State::Ok, fmt::format("cores of crashes are files: {}", pattern), ""};
    }
    const bool systemd = pattern.find("systemd-coredump") != std::string::npos;
    return {"machine", "core_pattern", State::Warn, fmt::format("cores of crashes go to a program: {}", pattern),
            systemd ? "`coredumpctl list` shows them, `coredumpctl dump PID -o core` gives one"
                    : "ask that program for them, or freeze with `pycore run --on-crash -- COMMAND`"};
}

Finding examine_landlock() {
    const int version = landlock_version();
    if (version > 0) {
        return {"machine", "sandbox", State::Ok, fmt::format("Landlock {}: queries confine themselves", version), ""};
    }
    return {"machine", "sandbox", State::Warn,
            "no Landlock: a query of a crafted core could write files, if taken over",
            "read cores that you do not trust in a container, or on Linux 5.13 or newer"};
}

Finding examine_surroundings() {
    const std::string pids = status_value("/proc/self/status", "NSpid");
    const std::string filter = status_value("/proc/self/status", "Seccomp");
    const bool nested = pids.find('\t') != std::string::npos;
    if (!nested && filter != "2") return {"machine", "surroundings", State::Ok, "no container, no seccomp filter", ""};
    return {"machine", "surroundings", State::Ok,
            fmt::format("this command runs {}{}{}", nested ? "in a namespace of process ids" : "",
                        nested && filter == "2" ? " and " : "", filter == "2" ? "under a seccomp filter" : ""),
            ""};
}

}  // namespace

std::vector<Finding> examine_machine() {
    return {examine_yama(),         examine_user(),     examine_tracing(),     examine_counts(),
            examine_core_pattern(), examine_landlock(), examine_surroundings()};
}

}  // namespace pycore
