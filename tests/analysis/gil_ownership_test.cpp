// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/gil_ownership.h"

#include <utility>

#include "support/catch.h"
#include "support/stack_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

constexpr Address kGil{0x5000};
constexpr std::uint64_t kGilBytes = 208;

ThreadState thread(std::int64_t tid, Address thread_state, std::optional<SystemCall> call = {}) {
    ThreadState made;
    made.tid = tid;
    made.system_call = call;
    PythonThread python = python_thread({});
    python.address = thread_state;
    made.python.push_back(python);
    return made;
}

SystemCall futex_wait(Address word) { return {202, {word.value, 0x189, 0, 0, 0, 0}}; }

ProcessState process(GilStatus status, std::vector<ThreadState> threads) {
    ProcessState state;
    InterpreterState interpreter;
    interpreter.main = true;
    interpreter.gil = {status, AddressRange{kGil, kGil + kGilBytes}, Address{0x100}, {}};
    state.interpreters.push_back(interpreter);
    state.threads = std::move(threads);
    return state;
}

}  // namespace

TEST_CASE("threads asleep on a word of the GIL are waiting, without any symbol", "[analysis]") {
    const auto state = process(GilStatus::Held, {thread(10, {0x100}), thread(11, {0x200}, futex_wait(kGil + 72)),
                                                 thread(12, {0x300}, futex_wait({0x7000}))});

    const auto ownership = gil_ownership(state);

    CHECK(ownership[0].holder_tid == 10);
    CHECK(ownership[0].waiting_tids == std::vector<std::int64_t>{11});
}

TEST_CASE("the last holder of a free GIL holds nothing", "[analysis]") {
    CHECK_FALSE(gil_ownership(process(GilStatus::Free, {thread(10, {0x100})}))[0].holder_tid);
}

TEST_CASE("a thread that wakes others inside the GIL is not waiting for it", "[analysis]") {
    const auto state = process(GilStatus::Held, {thread(11, {0x200}, SystemCall{202, {kGil.value + 72, 0x81}})});

    CHECK(gil_ownership(state)[0].waiting_tids.empty());
}

TEST_CASE("a thread that waits to be forced off the GIL does not wait for it", "[analysis]") {
    const auto state = process(GilStatus::Held, {thread(11, {0x200}, futex_wait(kGil + 120 + 40))});

    CHECK(gil_ownership(state)[0].waiting_tids.empty());
}

TEST_CASE("a waiter between two timeouts is told by take_gil on its stack", "[analysis]") {
    ThreadState waiter = thread(11, {0x200});
    waiter.native = native_stack({"clock_gettime", "take_gil", "_PyEval_EvalFrameDefault"});

    CHECK(gil_ownership(process(GilStatus::Held, {waiter}))[0].waiting_tids == std::vector<std::int64_t>{11});
}
