// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/shown_frames.h"

#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

std::string spell(const ThreadState& thread, const StackSelection& selection) {
    std::string text;
    for (const ShownFrame& shown : shown_frames(thread, selection)) {
        if (!text.empty()) text += ' ';
        text += shown.python() ? *shown.python()->function : *shown.function->name;
        if (shown.inlined) text += '*';
        if (shown.crash_site) text += '!';
    }
    return text;
}

ThreadState waiting_thread() {
    return python_thread_state(5, "T",
                               {plumbing_call("start"), python_call("f", "x.py", 1), native_call("callback"),
                                plumbing_call("eval"), python_call("g", "x.py", 2), plumbing_call("take_gil")});
}

}  // namespace

TEST_CASE("the machinery of the interpreter is folded unless asked for", "[report]") {
    const ThreadState thread = waiting_thread();
    CHECK(spell(thread, {}) == "f callback g");
    CHECK(spell(thread, {NativeView::None, false, {}}) == "f g");
    CHECK(spell(thread, {NativeView::All, false, {}}) == "start f callback eval g take_gil");
    CHECK(spell(thread, {NativeView::Auto, true, {}}) == "start f callback eval g take_gil");
}

TEST_CASE("where a thread crashed nothing is folded", "[report]") {
    ThreadState thread = waiting_thread();
    thread.crashed = true;
    CHECK(spell(thread, {}) == "f callback g take_gil");
    thread.stack.frames[3].crash_site = true;  // the loop itself crashed
    CHECK(spell(thread, {}) == "f callback eval! g take_gil");
}

TEST_CASE("inlined calls follow their physical frame, and the innermost is the crash site", "[report]") {
    CHECK(spell(crashed_process().threads.front(), {}) == "<module> step matmul outer* inner*!");
}

TEST_CASE("the innermost native function is told also if it is machinery", "[report]") {
    const ThreadState thread = waiting_thread();
    CHECK(innermost_frame(thread, MergedFrame::Kind::Native)->function->name == "take_gil");
    CHECK(innermost_frame(thread, MergedFrame::Kind::Python)->python()->function == "g");
    CHECK_FALSE(innermost_frame(native_thread_state(1, {}), MergedFrame::Kind::Native));
}

TEST_CASE("a frame without its part is left out, not dereferenced", "[report]") {
    MergedFrame empty;
    CHECK(shown_frames(native_thread_state(1, {empty}), {}).empty());
    empty.kind = MergedFrame::Kind::Python;
    CHECK(shown_frames(native_thread_state(1, {empty}), {}).empty());
}
