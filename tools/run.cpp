// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "freeze_many.h"
#include "job/duration.h"
#include "job/freeze_index.h"
#include "job/supervisor.h"
#include "process/signal_names.h"
#include "tool.h"

namespace pycore {
namespace {

constexpr int kCouldNotStart = 125;  // as of timeout(1), env(1)

ExitStatus usage_error(const Invocation& invocation, std::string_view message) {
    print_error(invocation.tool(), fmt::format("{}; 'pycore help run' shows how", message));
    return ExitStatus::Usage;
}

// "USR1", "SIGUSR1", "10"; 0 for none that can be waited for.
int signal_number(std::string name) {
    if (!name.starts_with("SIG")) name = "SIG" + name;
    for (int number = 1; number < NSIG; ++number) {
        if (signal_name(number) != name && "SIG" + std::to_string(number) != name) continue;
        const bool possible = number != SIGKILL && number != SIGSTOP && number != SIGCHLD;
        return possible ? number : 0;
    }
    return 0;
}

// A time option that is there; nullopt: it is no time.
std::optional<std::optional<std::chrono::seconds>> time_option(const Invocation& invocation, const char* name) {
    if (!invocation.has(name)) return std::optional<std::chrono::seconds>();
    const auto time = parse_duration(invocation.value(name));
    if (!time || time->count() == 0) return std::nullopt;
    return time;
}

// The command's own output stays its own: all that is said about freezing goes to stderr.
void freeze_below(const Invocation& invocation, const FreezeFolder& folder, const FreezeRequest& request) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    print_error(invocation.tool(), request.why + ": freezing");
    if (const auto made = make_folder(folder.path); !made) return print_error(invocation.tool(), made.error().message);
    FreezeSettings settings = freeze_settings(invocation);
    settings.capture.on_stop = request.on_stop;
    FreezeSelection selection = select_processes(ProcessTable::read(), request.pids);
    FreezeDocument document;
    for (const FreezeTarget& target : selection.targets) {
        FreezeSettings own = settings;
        request.prepare(target.pid, own.capture);
        append(document, freeze_one_of_many(target, own, folder.path));
    }
    append(document, {{}, std::move(selection.skipped)});
    static_cast<void>(answer_many(invocation, document, folder));
}

// Ends as the command did, so that nobody can tell that we stood between.
[[noreturn]] void end_like(int status) {
    std::fflush(nullptr);
    if (!WIFSIGNALED(status)) ::_exit(WEXITSTATUS(status));
    const rlimit none = {0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // the command has left its core, if any
    std::signal(WTERMSIG(status), SIG_DFL);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    ::raise(WTERMSIG(status));
    ::_exit(128 + WTERMSIG(status));
}

void tell_end(const Invocation& invocation, const SupervisorOptions& options, int status) {
    if (!WIFSIGNALED(status) || options.on_crash) return;
    constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
    const int number = WTERMSIG(status);
    if (std::find(std::begin(kCrashes), std::end(kCrashes), number) == std::end(kCrashes)) return;
    print_error(invocation.tool(),
                fmt::format("the command died of {}; with --on-crash it is frozen before that", signal_name(number)));
}

ExitStatus run(const Tool&, const Invocation& invocation) {
    SupervisorOptions options;
    options.command = invocation.targets();
    if (options.command.empty()) return usage_error(invocation, "which command? it stands behind '--'");
    for (const std::string& name : invocation.has("on") ? invocation.values("on") : std::vector<std::string>{"USR1"}) {
        options.signals.push_back(signal_number(name));
        if (options.signals.back() == 0)
            return usage_error(invocation, fmt::format("--on takes a signal, not '{}'", name));
    }
    const auto timeout = time_option(invocation, "timeout"), silence = time_option(invocation, "silence");
    if (!timeout || !silence) return usage_error(invocation, "--timeout and --silence take a time, as in 90s or 1h30m");
    options.timeout = *timeout;
    options.silence = *silence;
    options.on_crash = invocation.has("on-crash");
    options.longest_stop = freeze_settings(invocation).capture.max_pause + kWatchdogGrace;
    const std::string name = invocation.has("output") ? invocation.value("output") : "pycore-freeze";
    const FreezeFolder folder = {std::filesystem::absolute(name).lexically_normal().string(), "index.json"};
    const FreezeAll freeze = [&](const FreezeRequest& request) { freeze_below(invocation, folder, request); };
    const auto say = [&](const std::string& message) { print_error(invocation.tool(), message); };
    const SupervisedEnd end = supervise(options, freeze, say);
    if (!end.started) {
        print_error(invocation.tool(), "the command could not be started");
        ::_exit(kCouldNotStart);
    }
    tell_end(invocation, options, end.status);
    end_like(end.status);
}

std::vector<ToolOption> options() {
    std::vector<ToolOption> options = {
        {"on", "SIGNAL", "Freeze when `pycore run` gets this signal (`USR1`), which the command then never sees.",
         true},
        {"timeout", "TIME", "Freeze so long after the start: `90s`, `10m`, `1h30m`."},
        {"silence", "TIME", "Freeze when the command has written nothing for so long."},
        {"on-crash", "",
         "Freeze a process that a signal is about to end (`SIGSEGV`, `SIGABRT`, ...), before it is gone. The command "
         "is "
         "traced for that, so that no debugger can be."},
        {"output,o", "DIR", "The folder for the files (`pycore-freeze`)."},
    };
    options.insert(options.end(), freeze_options().begin(), freeze_options().end());
    return options;
}

}  // namespace

Tool run_tool() {
    return {"run",       "run a command, and freeze it when it hangs or crashes", ReadDepth::Stacks, options(), run,
            Targets::Any};
}

}  // namespace pycore
