// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/text_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/words.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxCommandBytes = 300;

std::string waiting_phrase(const Wait& wait) {
    if (wait.kind == "syscall") return "in " + wait_phrase(wait);
    return "waiting for " + wait_phrase(wait);
}

std::string_view default_what(const Wait& wait) {
    if (wait.kind == "gil") return "the GIL";
    if (wait.kind == "lock") return "a lock";
    if (wait.kind == "futex") return "a futex";
    return "a system call";
}

}  // namespace

std::string thread_label(const ThreadState& thread) {
    std::string label = thread.tid == 0 ? "without a known tid" : std::to_string(thread.tid);
    const auto name = python_name(thread);
    const auto& shown = name ? name : thread.os_name;
    if (shown) label += fmt::format(" \"{}\"", escape(*shown));
    return label;
}

std::string thread_label(const ProcessState& state, std::int64_t tid) {
    for (const ThreadState& thread : state.threads) {
        if (thread.tid == tid) return thread_label(thread);
    }
    return std::to_string(tid);
}

std::string wait_phrase(const Wait& wait) {
    std::string phrase = wait.what.empty() ? std::string(default_what(wait)) : escape(wait.what);
    if (wait.owner_tid) phrase += fmt::format(", held by thread {}", *wait.owner_tid);
    return phrase;
}

std::string death_phrase(const ProcessState& state) {
    const auto& signal = state.process.signal;
    const bool sent = signal && signal->sender_pid && signal->sender_pid != state.process.pid;
    return sent ? "took " + escape(signal->name) : "crashed";
}

std::vector<std::string> thread_flags(const ProcessState& state, const ThreadState& thread) {
    std::vector<std::string> flags;
    if (thread.crashed) flags.push_back(death_phrase(state) + " here");
    if (thread.main) flags.push_back("main thread");
    if (thread.holds_gil) flags.push_back("has the GIL");
    if (thread.waiting_for_gil) flags.push_back("waiting for the GIL");
    const bool told = thread.waiting_for_gil && thread.wait && thread.wait->kind == "gil";
    if (thread.wait && !told) flags.push_back(waiting_phrase(*thread.wait));
    if (state.runtime && thread.python.empty()) flags.push_back("not a Python thread");
    if (state.interpreters.size() > 1 && !thread.python.empty()) {
        flags.push_back(fmt::format("interpreter {}", thread.python.front().interpreter_id));
    }
    return flags;
}

std::string command_phrase(const ProcessInfo& process) {
    std::string phrase;
    if (process.command_line) {
        for (const std::string& argument : *process.command_line) {
            if (!phrase.empty()) phrase += ' ';
            append_escaped(phrase, argument.substr(0, kMaxCommandBytes));
            if (phrase.size() > kMaxCommandBytes) return phrase + " …";
        }
    }
    if (phrase.empty() && process.executable) return escape(*process.executable);
    return phrase;
}

std::optional<std::string> signal_phrase(const ProcessState& state) {
    const auto& signal = state.process.signal;
    if (!signal) return std::nullopt;
    std::string phrase = signal->name.empty() ? fmt::format("signal {}", signal->number) : escape(signal->name);
    if (signal->code) phrase += fmt::format(" ({})", escape(*signal->code));
    if (signal->address) phrase += fmt::format(" at {}", to_string(*signal->address));
    if (signal->sender_pid) phrase += fmt::format(", sent by process {}", *signal->sender_pid);
    return phrase;
}

std::string runtime_phrase(const RuntimeInfo& runtime) {
    std::string phrase = escape(runtime.implementation) + " " + escape(runtime.version);
    if (runtime.free_threaded) phrase += ", free-threaded";
    if (runtime.debug) phrase += ", debug build";
    return phrase;
}

std::string_view file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

}  // namespace pycore
