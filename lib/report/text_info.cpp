// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "report/escape.h"
#include "report/text_parts.h"
#include "report/text_writer.h"

namespace pycore {
namespace {

void add_row(std::string& text, std::string_view what, std::string_view value) {
    if (!value.empty()) text += fmt::format("  {:<13} {}\n", what, value);
}

std::string size_phrase(std::uint64_t bytes) {
    constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (size >= 1024 && unit + 1 < std::size(kUnits)) {
        size /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string memory_phrase(const ProcessState& state) {
    if (state.mapped_bytes == 0) return {};
    const double share = static_cast<double>(state.present_bytes) / static_cast<double>(state.mapped_bytes) * 100;
    return fmt::format("{} of {} ({:.0f} %) are in the core", size_phrase(state.present_bytes),
                       size_phrase(state.mapped_bytes), share);
}

std::string parent_phrase(const ProcessInfo& process) {
    std::vector<std::string> parts;
    if (process.pid) parts.push_back(fmt::format("{}", *process.pid));
    if (process.ppid) parts.push_back(fmt::format("parent {}", *process.ppid));
    if (process.uid) parts.push_back(fmt::format("user {}", *process.uid));
    return join(parts, ", ");
}

void add_cause(std::string& text, const ProcessState& state) {
    const auto signal = signal_phrase(state);
    add_row(text, "signal", signal ? *signal : "none: dumped while it ran");
    if (!state.cause) return;
    add_row(text, "cause", escape(state.cause->title));
    if (state.cause->thread) add_row(text, "in thread", thread_label(state, *state.cause->thread));
    for (const std::string& sentence : state.cause->evidence) add_row(text, "evidence", escape(sentence));
}

void add_runtime(std::string& text, const ProcessState& state) {
    if (!state.runtime) return add_row(text, "Python", "none was found");
    const RuntimeInfo& runtime = *state.runtime;
    add_row(text, "Python", runtime_phrase(runtime));
    if (runtime.module) add_row(text, "in", escape(*runtime.module));
    if (runtime.build_id) add_row(text, "build-id", escape(*runtime.build_id));
    if (runtime.runtime_address) {
        add_row(text, "_PyRuntime",
                fmt::format("{}{}", to_string(*runtime.runtime_address),
                            runtime.located_by ? ", found by its " + escape(*runtime.located_by) : ""));
    }
    add_row(text, "layout", "by " + escape(runtime.layout_source));
    if (runtime.finalizing == true) add_row(text, "state", "shutting down");
    add_row(text, "interpreters", std::to_string(state.interpreters.size()));
}

std::string freezing_phrase(const SnapshotInfo& snapshot) {
    const double milliseconds = static_cast<double>(snapshot.pause_ns) / 1e6;
    if (snapshot.consistency == "quiescent") return "without a stop, while nothing ran";
    if (snapshot.stopped) {
        return fmt::format("stopped for {:.1f} ms{}", milliseconds,
                           snapshot.consistency == "partial" ? ", not enough for all of it" : "");
    }
    return "while it ran, not of one instant";
}

std::string reason_phrase(const std::string& reason) {
    if (reason == "not_asked_for") return "not asked for";
    if (reason == "not_resident") return "of files and not in memory";
    if (reason == "refused") return "not given by the kernel";
    if (reason == "unreadable") return "that it may not read itself, or of devices";
    if (reason == "vanished") return "gone meanwhile";
    return reason == "deadline" ? "for want of time" : escape(reason);
}

// Manifests are not to be trusted: what they say is escaped.
void add_snapshot(std::string& text, const SnapshotInfo& snapshot) {
    add_row(text, "frozen",
            fmt::format("{} on {}, {}", escape(snapshot.time), escape(snapshot.host), freezing_phrase(snapshot)));
    std::string left_out;
    for (const auto& [reason, bytes] : snapshot.left_out) {
        if (left_out.size() > 500) break;
        left_out += fmt::format("{}{} {}", left_out.empty() ? "" : ", ", size_phrase(bytes), reason_phrase(reason));
    }
    add_row(text, "level", escape(snapshot.level) + (snapshot.redacted ? ", without text (redacted)" : ""));
    if (!left_out.empty()) add_row(text, "left out", left_out);
}

}  // namespace

std::string write_info_text(const ProcessState& state, const TextOptions&) {
    std::string text = fmt::format("{}: {} written by {}, {}\n", escape(state.source.path), escape(state.source.kind),
                                   escape(state.source.producer), escape(state.source.architecture));
    add_row(text, "process", parent_phrase(state.process));
    add_row(text, "command line", command_phrase(state.process));
    if (state.process.executable) add_row(text, "executable", escape(*state.process.executable));
    add_cause(text, state);
    add_runtime(text, state);
    add_row(text, "threads", std::to_string(state.threads.size()));
    add_row(text, "memory", memory_phrase(state));
    if (state.snapshot) add_snapshot(text, *state.snapshot);
    return text;
}

}  // namespace pycore
