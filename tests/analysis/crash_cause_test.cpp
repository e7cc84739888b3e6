// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/crash_cause.h"

#include <algorithm>

#include "analysis/crash_site.h"
#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

// Of a thread that aborted; names are most recent call last.
ProcessState aborted(std::initializer_list<const char*> names) {
    ProcessState state = python_process();
    std::vector<MergedFrame> frames;
    for (const char* name : names) frames.push_back(native_call(name));
    ThreadState thread = python_thread_state(1, "MainThread", std::move(frames));
    thread.crashed = thread.main = true;
    mark_crash_site(thread.stack);
    state.process.signal = SignalState{6, "SIGABRT", "SI_TKILL", {}, state.process.pid};
    state.threads = {std::move(thread)};
    return state;
}

ProcessState uncaught() {
    return aborted({"solve", "__cxa_throw", "std::terminate()", "__gnu_cxx::__verbose_terminate_handler()", "abort"});
}

bool has_evidence(const CrashCause& cause, const std::string& text) {
    return std::any_of(cause.evidence.begin(), cause.evidence.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("an exception that nobody caught is told with its type, its text and who threw it", "[analysis]") {
    ProcessState state = uncaught();
    state.exception.thrown = ThrownException{"std::runtime_error", "bad shape 17\nat the corner"};
    const auto cause = find_crash_cause(state);
    REQUIRE(cause);
    CHECK(cause->reason == "cxx_exception");
    CHECK(cause->title == "uncaught C++ exception std::runtime_error: bad shape 17 in solve (libfoo.so)");
    CHECK(cause->exception == "std::runtime_error");
    CHECK(cause->message == "bad shape 17\nat the corner");
    CHECK(has_evidence(*cause, "the exception says: bad shape 17"));
}

TEST_CASE("a long text is cut in a title between two characters", "[analysis]") {
    ProcessState state = uncaught();
    std::string text(119 - std::string("E: ").size(), 'x');
    state.exception.thrown = ThrownException{"E", text + "\u00e9 and more"};
    const auto cause = find_crash_cause(state);
    REQUIRE(cause);
    CHECK(cause->title == "uncaught C++ exception E: " + text + "... in solve (libfoo.so)");
    CHECK(cause->message == text + "\u00e9 and more");
}

TEST_CASE("std::terminate() without an exception is told from one with an exception that cannot be read",
          "[analysis]") {
    ProcessState none = uncaught();
    none.exception.known = true;
    CHECK(find_crash_cause(none)->title == "std::terminate() was called without an exception in solve (libfoo.so)");
    CHECK(find_crash_cause(none)->reason == "terminate");
    CHECK(find_crash_cause(uncaught())->title == "uncaught C++ exception (std::terminate) in solve (libfoo.so)");
    CHECK(!find_crash_cause(uncaught())->exception);
}

TEST_CASE("an exception in a function that is noexcept is uncaught, although nobody named std::terminate()",
          "[analysis]") {
    ProcessState state =
        aborted({"promises", "__cxa_throw", "_Unwind_RaiseException", "__gxx_personality_v0", "abort"});
    state.exception.thrown = ThrownException{"std::out_of_range", {}};
    CHECK(find_crash_cause(state)->title == "uncaught C++ exception std::out_of_range in promises (libfoo.so)");
}

TEST_CASE("of a C++ library without names of its own, an exception that it gave up on is uncaught", "[analysis]") {
    ProcessState state = aborted({"solve", "__cxa_throw", "", "", "", "", "abort"});
    for (MergedFrame& frame : state.threads[0].stack.frames) {
        if (frame.native->function.name->empty()) frame.native->function.name.reset();
        frame.crash_site = false;
    }
    mark_crash_site(state.threads[0].stack);
    state.exception.thrown = ThrownException{"std::runtime_error", {}};
    CHECK(find_crash_cause(state)->title == "uncaught C++ exception std::runtime_error in solve (libfoo.so)");
}

TEST_CASE("who aborts in a handler of an exception did not die of it", "[analysis]") {
    ProcessState state = aborted({"solve", "abort"});
    state.exception.thrown = ThrownException{"std::runtime_error", "in hand"};
    const auto cause = find_crash_cause(state);
    CHECK(cause->title == "abort() was called in solve (libfoo.so)");
    CHECK(!cause->exception);
    CHECK(!cause->message);
    CHECK(has_evidence(*cause, "it was handling the C++ exception std::runtime_error: in hand"));
}

TEST_CASE("what Py_FatalError was told is in the title", "[analysis]") {
    ProcessState state = aborted({"drop_gil", "_Py_FatalErrorFunc", "fatal_error", "abort"});
    CHECK(find_crash_cause(state)->title == "Python fatal error (Py_FatalError) in drop_gil (libfoo.so)");
    state.fatal_error = "drop_gil: GIL is not locked";
    const auto cause = find_crash_cause(state);
    CHECK(cause->title == "Python fatal error: drop_gil: GIL is not locked in drop_gil (libfoo.so)");
    CHECK(cause->message == "drop_gil: GIL is not locked");
    CHECK(cause->reason == "fatal_error");
}
