// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/thread_keys.h"

#include <algorithm>

#include "analysis/system_calls.h"

namespace pycore {
namespace {

std::string without_digits(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c < '0' || c > '9') out += c;
    }
    return out;
}

std::string role_of(const ThreadState& thread) {
    for (const PythonThread& python : thread.python) {
        if (python.name) return without_digits(*python.name);
    }
    if (thread.main) return "MainThread";
    return thread.python.empty() ? "native" : "python";
}

// The word in front of "system call: read from file descriptor 3".
std::string wait_class(const ThreadState& thread) {
    if (!thread.wait) return "running";
    if (thread.wait->kind != "syscall") return thread.wait->kind;
    return thread.wait->what.substr(0, thread.wait->what.find(' '));
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
    key.wait = wait_class(thread);
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
