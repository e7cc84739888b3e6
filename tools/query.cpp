// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "query.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/parse_number.h"
#include "freeze/watchdog.h"
#include "output.h"
#include "report/escape.h"
#include "sandboxed.h"

namespace pycore {
namespace {

constexpr std::size_t kShownDiagnostics = 20;  // without -v

// "core.1: message"; a message that names the file by itself is not told its name twice.
void print_about_target(const Invocation& invocation, std::string_view kind, std::string_view message) {
    const std::string& target = invocation.target();
    if (message.starts_with(target + ": ")) message.remove_prefix(target.size() + 2);
    print_error(invocation.tool(), fmt::format("{}: {}{}", escape(target), kind, escape(message)));
}

void print_diagnostics(const Invocation& invocation, const std::vector<Diagnostic>& diagnostics) {
    const bool verbose = invocation.has("verbose");
    std::size_t shown = 0;
    std::size_t left_out = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::Note && !verbose) continue;
        if (!verbose && shown == kShownDiagnostics) {
            ++left_out;
            continue;
        }
        ++shown;
        const std::string where = diagnostic.thread ? fmt::format("thread {}: ", *diagnostic.thread) : std::string();
        print_about_target(invocation, fmt::format("{}: {}", to_string(diagnostic.severity), where),
                           diagnostic.message);
    }
    if (left_out > 0) print_about_target(invocation, "", fmt::format("{} more like these; -v shows them", left_out));
}

bool has_losses(const ProcessState& state) { return completeness_of(state, Subject::Process) == Completeness::Partial; }

std::optional<std::int64_t> time_of_change(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return status.st_mtime;
}

ColorChoice color_choice(const Invocation& invocation) {
    const std::string choice = invocation.value("color");
    if (choice == "always") return ColorChoice::Always;
    return choice == "never" || invocation.has("output") ? ColorChoice::Never : ColorChoice::Auto;
}

// `sink` may take the first pieces of it already.
std::string write_document(const Invocation& invocation, const Query& query, const ProcessState& state,
                           const TextSink& sink) {
    if (invocation.value("format") == "json") {
        return query.write_json(state, {std::string(version()), query.selection, sink});
    }
    TextOptions options;
    options.color = use_color(color_choice(invocation));
    options.selection = query.selection;
    options.group = query.group;
    options.source = {invocation.value("sysroot"), time_of_change(invocation.target())};
    return query.write_text(state, options);
}

// A file appears when it is whole; standard output is written as the document grows.
Result<void> deliver(const Invocation& invocation, const Query& query, const ProcessState& state) {
    if (invocation.has("output")) {
        return write_file(invocation.value("output"), write_document(invocation, query, state, {}));
    }
    Result<void> written;
    const std::string rest = write_document(invocation, query, state, [&](std::string_view piece) {
        if (written) written = write_stdout(piece);
    });
    return written ? write_stdout(rest) : written;
}

// --pid, or a bare number that names no file.
bool names_process(const Invocation& invocation) {
    const std::string& target = invocation.target();
    const bool number = target.find_first_not_of("0123456789") == std::string::npos;
    return invocation.has("pid") || (number && !target.empty() && !time_of_change(target));
}

Result<ProcessState> read_live(const Invocation& invocation, const ReadOptions& read, const StopSignal& on_stop) {
    const std::int64_t pid = parse_number(invocation.target()).value_or(0);  // of more digits than a pid: no process
    CaptureOptions options;
    options.on_stop = on_stop;
    auto reading = read_live_process(pid, read, options);
    if (!reading) return std::move(reading).error();
    enter_sandbox_for(invocation, read);  // not before: it looks into no other process
    return std::move(reading->state);
}

Result<ProcessState> read_core(const Invocation& invocation, const ReadOptions& read) {
    enter_sandbox_for(invocation, read);
    return read_process(invocation.target(), read);
}

// The first --thread that the process does not have.
std::optional<std::int64_t> find_unknown_thread(const ProcessState& state, const StackSelection& selection) {
    for (const std::int64_t tid : selection.threads) {
        const auto same = [&](const ThreadState& thread) { return thread.tid == tid; };
        if (std::none_of(state.threads.begin(), state.threads.end(), same)) return tid;
    }
    return std::nullopt;
}

ExitStatus answer(const Invocation& invocation, const Query& query, const Result<ProcessState>& state) {
    if (!state) {
        print_about_target(invocation, "", state.error().message);
        return ExitStatus::NoAnswer;
    }
    print_diagnostics(invocation, state->diagnostics);
    if (const auto unknown = find_unknown_thread(*state, query.selection)) {
        print_about_target(invocation, "", fmt::format("has no thread {}; 'pycore threads' lists them", *unknown));
        return ExitStatus::NoAnswer;
    }
    const Completeness completeness = completeness_of(*state, query.subject);
    if (completeness == Completeness::None && !query.answers_without_stacks) {
        if (!has_losses(*state)) print_about_target(invocation, "", "holds no Python that could be read");
        return ExitStatus::NoAnswer;
    }
    if (completeness == Completeness::NativeOnly && !has_losses(*state)) {
        print_about_target(invocation, "", "no Python was found in it: native stacks only");
    }
    if (const auto done = deliver(invocation, query, *state); !done) {
        print_error(invocation.tool(), done.error().message);
        return ExitStatus::NoAnswer;
    }
    return completeness == Completeness::Complete ? ExitStatus::Complete : ExitStatus::Partial;
}

}  // namespace

ExitStatus run_query(const Invocation& invocation, const ReadOptions& read, const Query& query) {
    if (!names_process(invocation)) return answer(invocation, query, read_core(invocation, read));
    const auto status = run_watched(kDefaultMaxPause + kWatchdogGrace, [&](const StopSignal& on_stop) {
        return static_cast<int>(answer(invocation, query, read_live(invocation, read, on_stop)));
    });
    if (status) return static_cast<ExitStatus>(*status);
    print_about_target(invocation, "", "reading it failed; if it stood still for it, it was let go");
    return ExitStatus::NoAnswer;
}

}  // namespace pycore
