// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/part_of_input.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "analysis/signature.h"

namespace pycore {
namespace {

constexpr std::size_t kShownThreads = 32;   // of a hang; the first ones by the order of reports
constexpr std::size_t kOutermostKept = 32;  // frames of a stack that is longer than both together
constexpr std::size_t kInnermostKept = 224;
constexpr std::size_t kMaxTokens = 256;

void append_tokens(std::vector<StackToken>& tokens, const Signature& signature) {
    std::unordered_set<std::string_view> python;
    for (const SignatureFrame& frame : signature.frames) {
        if (frame.kind == SignatureFrame::Kind::Python) python.insert(frame.text);
    }
    bool native_site_seen = signature.native_site.empty();
    bool python_site_seen = signature.python_site.empty();
    for (const std::string& text : signature.stack) {
        if (tokens.size() == kMaxTokens) break;
        StackToken token{text, python.contains(text), false};
        bool& seen = token.python ? python_site_seen : native_site_seen;
        if (!seen && text == (token.python ? signature.python_site : signature.native_site)) seen = token.site = true;
        tokens.push_back(std::move(token));
    }
}

// What the threads of a hang do, each kind once: the main thread alone does not tell a deadlock from a barrier. How
// they wait stands apart, because one version of Python sleeps in select() and the next in clock_nanosleep().
void append_thread_tokens(std::vector<StackToken>& tokens, const Signature& signature) {
    std::set<StackToken> kinds;
    for (const ThreadKey& thread : signature.threads) {
        const std::string& what = thread.python.empty() ? thread.native : thread.python;
        kinds.insert({"thread " + thread.role + ": " + what, true, true});
        kinds.insert({"wait " + thread.role + ": " + thread.wait + " " + thread.native, false, false});
    }
    for (const StackToken& kind : kinds) {
        if (tokens.size() == kMaxTokens) return;
        tokens.push_back(kind);
    }
}

// The middle of a deep recursion says nothing that its ends do not.
void shorten(MergedStack& stack) {
    auto& frames = stack.frames;
    if (frames.size() <= kOutermostKept + kInnermostKept) return;
    frames.erase(frames.begin() + kOutermostKept, frames.end() - kInnermostKept);
}

bool is_told(const ThreadState& thread, const Signature& signature) { return signature.is_hang || thread.crashed; }

// What reports show: no more is kept, since ten thousand of them are in memory at once.
ThreadState shown_part(const ThreadState& thread) {
    ThreadState shown = thread;
    shown.native = {};
    std::erase_if(shown.stack.frames, [](const MergedFrame& frame) { return frame.plumbing && !frame.crash_site; });
    shorten(shown.stack);
    for (PythonThread& python : shown.python) python.activations.clear();
    for (MergedFrame& frame : shown.stack.frames) {
        if (!frame.native) continue;
        frame.native->callee_saved = {};
        frame.native->frame_candidates = {};
    }
    return shown;
}

std::vector<ThreadState> shown_threads(const ProcessState& state, const Signature& signature) {
    std::vector<ThreadState> shown;
    for (const ThreadState& thread : state.threads) {
        if (shown.size() == kShownThreads) break;
        if (is_told(thread, signature)) shown.push_back(shown_part(thread));
    }
    if (shown.empty() && !state.threads.empty()) shown.push_back(shown_part(state.threads.front()));
    return shown;
}

std::string title_of(const Signature& signature) {
    std::string title = signature.reason;
    if (!signature.native_site.empty()) title += " in " + signature.native_site;
    if (!signature.python_site.empty()) {
        title += (signature.native_site.empty() ? " in " : " from ") + signature.python_site;
    }
    return title;
}

}  // namespace

TriagePart part_of(TriageInput input, const ProcessState& state, const Signature& signature) {
    StackItem stack;
    stack.key = signature.level(SignatureLevel::Full);
    stack.L0 = signature.level(SignatureLevel::Site);
    stack.L1 = signature.level(SignatureLevel::Default);
    stack.L3 = signature.level(SignatureLevel::Exact);
    stack.reason = signature.reason;
    stack.confidence = to_string(signature.confidence);
    stack.title = title_of(signature);
    append_tokens(stack.tokens, signature);
    append_thread_tokens(stack.tokens, signature);
    stack.sample = input.path;
    stack.threads = shown_threads(state, signature);
    input.stack = stack.key;
    if (state.runtime && !state.runtime->version.empty()) input.version = state.runtime->version;
    input.executable = state.process.executable;
    return {{std::move(input)}, {std::move(stack)}};
}

TriagePart part_of_unreadable(std::string path, std::string reason) {
    TriageInput input;
    input.path = std::move(path);
    input.reason = std::move(reason);
    return {{std::move(input)}, {}};
}

}  // namespace pycore
