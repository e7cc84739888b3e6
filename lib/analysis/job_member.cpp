// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/job_member.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "analysis/cut_points.h"
#include "base/parse_number.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxDepth = 400;  // calls of a stack; of deeper ones the middle is left out
constexpr std::size_t kMaxText = 300;   // bytes of a name

using Call = JobTreeBuilder::Call;
using Calls = std::vector<Call>;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string shortened(const std::string& text) { return text.substr(0, kMaxText); }

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void add_native(Calls& calls, const NativeFrame& frame) {
    const std::string module = frame.module ? last_part(*frame.module) : std::string();
    const auto add = [&](const NativeFunction& function) {
        calls.push_back({{false, shortened(module), shortened(function.name.value_or(""))}, 0});
    };
    add(frame.function);
    for (const NativeFunction& function : frame.inlined) add(function);
}

Calls calls_of(const ThreadState& thread) {
    Calls calls;
    for (const MergedFrame& frame : thread.stack.frames) {
        if (frame.python) {
            const std::string name = frame.python->qualname.value_or(frame.python->function.value_or(""));
            calls.push_back({{true, shortened(frame.python->file.value_or("")), shortened(name)},
                             std::max<std::int64_t>(frame.python->line.value_or(0), 0)});
        } else if (frame.native && (!frame.plumbing || frame.crash_site)) {
            add_native(calls, *frame.native);
        }
    }
    return calls;
}

// Direct recursion is one call, at the line of the innermost; what is still too deep loses its middle.
Calls folded(Calls calls) {
    Calls kept;
    for (Call& call : calls) {
        if (!kept.empty() && kept.back().frame == call.frame) {
            kept.back().line = call.line;
        } else {
            kept.push_back(std::move(call));
        }
    }
    if (kept.size() <= kMaxDepth) return kept;
    const std::size_t half = kMaxDepth / 2;
    Calls cut(kept.begin(), kept.begin() + half);
    cut.push_back({{false, "", "(calls left out)"}, 0});
    cut.insert(cut.end(), kept.end() - half, kept.end());
    return cut;
}

std::optional<CutPoint> cut_of(const Calls& calls) {
    std::vector<const JobFrame*> frames;
    for (const Call& call : calls) frames.push_back(&call.frame);
    return find_cut(frames);
}

std::string without_number(std::string text, std::string_view before) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) return text;
    std::size_t end = at + before.size();
    while (end < text.size() && is_digit(text[end])) ++end;
    text.erase(at + before.size() - 1, end - at - before.size() + 1);
    return text;
}

// The same for all ranks that wait for the same: descriptors' numbers differ.
std::string wait_of(const ThreadState& thread) {
    if (!thread.wait) return {};
    return thread.wait->kind + ": " + without_number(thread.wait->what, "file descriptor ");
}

bool is_python(const ThreadState& thread) { return !thread.python.empty(); }

// A thread pool's place in the job: all its threads are in one role.
std::string role_of(const ThreadState& thread, const ThreadState* main, const Calls& calls) {
    if (thread.main) return "MainThread";
    if (is_python(thread) && thread.python.front().name) return role_name(*thread.python.front().name);
    if (is_python(thread)) return "Python thread";
    const bool inherited = main != nullptr && main->os_name == thread.os_name;
    if (thread.os_name && !inherited) return "native: " + role_name(*thread.os_name);
    const auto named =
        std::find_if(calls.begin(), calls.end(), [](const Call& call) { return !call.frame.function.empty(); });
    return named == calls.end() ? "native" : "native: " + role_name(named->frame.function);
}

// The main thread, unless it waits for another one of Python's, which is in a collective.
const ThreadState* thread_that_stands(const ProcessState& state) {
    const ThreadState* main = nullptr;
    for (const ThreadState& thread : state.threads) {
        if (thread.main && !thread.stack.frames.empty()) main = &thread;
    }
    if (main == nullptr) {
        const auto first = std::find_if(state.threads.begin(), state.threads.end(), [](const ThreadState& thread) {
            return is_python(thread) && !thread.stack.frames.empty();
        });
        if (first != state.threads.end()) return &*first;
        return state.threads.empty() ? nullptr : &state.threads.front();
    }
    if (!main->wait || main->wait->kind != "lock" || cut_of(calls_of(*main))) return main;
    for (const ThreadState& thread : state.threads) {
        if (!is_python(thread) || &thread == main) continue;
        const auto cut = cut_of(calls_of(thread));
        if (cut && cut->stance == Stance::Collective) return &thread;
    }
    return main;
}

JobMember member_of(const MemberOrigin& origin) {
    JobMember member;
    member.target = origin.target;
    member.rank = origin.rank;
    member.pid = origin.pid;
    member.host = origin.host;
    return member;
}

void take_own_word(const ProcessState& state, JobMember& member) {
    const JobPlace& place = state.process.job_place;
    if (place.rank) member.rank = place.rank;
    if (place.host) member.host = place.host;
    if (state.process.pid) member.pid = state.process.pid;
    member.world_size = place.world_size;
    member.job = place.job;
    member.ppid = state.process.ppid;
    member.time = state.source.time;
    member.python = state.runtime.has_value();
    if (state.process.signal) member.signal = state.process.signal->name;
}

void take_status(const ProcessState& state, JobMember& member) {
    const auto loss = std::find_if(state.diagnostics.begin(), state.diagnostics.end(),
                                   [](const Diagnostic& told) { return told.severity != Severity::Note; });
    const bool empty = std::all_of(state.threads.begin(), state.threads.end(),
                                   [](const ThreadState& thread) { return thread.stack.frames.empty(); });
    member.status = empty ? "unreadable" : loss == state.diagnostics.end() ? "read" : "partial";
    if (loss != state.diagnostics.end()) member.reason = loss->message;
    if (empty && member.reason.empty()) member.reason = "holds no stack that could be read";
}

}  // namespace

void add_process(JobTreeBuilder& builder, const ProcessState& state, const MemberOrigin& origin) {
    JobMember member = member_of(origin);
    take_own_word(state, member);
    take_status(state, member);
    const ThreadState* stands = thread_that_stands(state);
    if (stands != nullptr) member.wait = wait_of(*stands);
    const std::uint32_t number = builder.add_member(std::move(member));
    const auto main =
        std::find_if(state.threads.begin(), state.threads.end(), [](const ThreadState& thread) { return thread.main; });
    for (const ThreadState& thread : state.threads) {
        const Calls calls = folded(calls_of(thread));
        if (calls.empty()) continue;
        const std::string role = role_of(thread, main == state.threads.end() ? nullptr : &*main, calls);
        builder.add_thread(number, role, calls, &thread == stands);
    }
}

void add_unreadable(JobTreeBuilder& builder, const MemberOrigin& origin, const std::string& reason) {
    JobMember member = member_of(origin);
    member.status = "unreadable";
    member.reason = reason;
    builder.add_member(std::move(member));
}

std::optional<std::int64_t> rank_in_name(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (std::size_t at = name.find("rank"); at != std::string_view::npos; at = name.find("rank", at + 1)) {
        if (at > 0 && std::isalpha(static_cast<unsigned char>(name[at - 1])) != 0) continue;
        std::size_t begin = at + 4;
        if (begin < name.size() && (name[begin] == '-' || name[begin] == '_' || name[begin] == '.')) ++begin;
        std::size_t end = begin;
        while (end < name.size() && is_digit(name[end])) ++end;
        if (end > begin) return parse_number(name.substr(begin, end - begin));
    }
    return std::nullopt;
}

std::string role_name(std::string_view thread_name) {
    std::string role;
    for (const char c : thread_name.substr(0, kMaxText)) {
        if (!is_digit(c)) {
            role += c;
        } else if (role.empty() || role.back() != '#') {
            role += '#';
        }
    }
    return role;
}

}  // namespace pycore
