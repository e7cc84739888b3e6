// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// The text reports as people see them. The only tests that compare whole texts.
#include <algorithm>

#include "report/text_writer.h"
#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

std::string stacks(const ProcessState& state) { return write_stacks_text(state, {}); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a crash reads like a traceback that goes on into C", "[tools]") {
    CHECK(stacks(crashed_process()) == R"(Process 1234: python3.13 train.py
  SIGSEGV: access to 0x8, a null pointer in inner (libfoo.so)
  CPython 3.13.5

Thread 1234 "MainThread" [crashed here, main thread, has the GIL] (most recent call last):
  File "/job/train.py", line 50, in <module>
  File "/job/train.py", line 41, in Trainer.step
  [native] matmul at matmul.c:88:3 (libfoo.so)
  [native] outer at matmul.h:20:5 (libfoo.so, inlined)
  [native] inner at matmul.h:12 (libfoo.so, inlined)  <- crashed here

Thread 1240 "worker" [waiting for the GIL] (most recent call last):
  File "/job/train.py", line 7, in work

Thread 1250 [not a Python thread] (most recent call last):
  [native] poll (libfoo.so)
)");
}

TEST_CASE("a thread that somebody else sent a signal to did not crash", "[tools]") {
    ProcessState state = crashed_process();
    state.process.signal = SignalState{3, "SIGQUIT", "SI_USER", {}, 999};
    CHECK(contains(stacks(state), "[took SIGQUIT here, main thread, has the GIL]"));
    CHECK(contains(stacks(state), "inlined)  <- took SIGQUIT here\n"));
    state.process.signal->sender_pid = state.process.pid;  // raise()
    CHECK(contains(stacks(state), "[crashed here, main thread, has the GIL]"));
}

TEST_CASE("variables stand below their frame, if asked for, and what is dangerous in them is escaped", "[tools]") {
    ProcessState state = crashed_process();
    state.threads[1].stack.frames[0].python->locals = {
        {"n", LocalVariable::Kind::Argument, "int", "42", Address{0x7f00}},
        {"names", LocalVariable::Kind::Local, "list", "['\x1b[31m']", Address{0x7f10}},
        {"gone", LocalVariable::Kind::Free, std::nullopt, std::nullopt, std::nullopt}};
    CHECK_FALSE(contains(stacks(state), "42"));
    TextOptions options;
    options.selection.locals = true;
    CHECK(contains(write_stacks_text(state, options), R"(  File "/job/train.py", line 7, in work
      n     = 42
      names = ['\x1b[31m']
      gone  = <not in the core>
)"));
}

TEST_CASE("a process without Python says so once and shows its native stacks", "[tools]") {
    CHECK(stacks(bare_process()) == R"(A process
  no Python was found in it: native stacks only

Thread 7 (most recent call last):
  [native] 0x401000

Thread without a known tid (most recent call last):
  [no frames]
)");
}

TEST_CASE("threads that stand at the same place are printed once", "[tools]") {
    ProcessState state = python_process();
    for (int i = 0; i < 200; ++i) {
        state.threads.push_back(python_thread_state(100 + i, "w", {python_call("work", "x.py", 7)}));
    }
    const std::string grouped = stacks(state);
    CHECK(count_lines(grouped) == 6);
    CHECK(contains(grouped, "  The same stack: threads 101 \"w\", 102 \"w\""));
    CHECK(contains(grouped, " and 191 more\n"));

    TextOptions apart;
    apart.group = false;
    CHECK(count_lines(write_stacks_text(state, apart)) == 2 + 3 * 200);
}

TEST_CASE("threads at the same place in another state are told apart", "[tools]") {
    ProcessState state = python_process();
    state.threads.push_back(python_thread_state(1, "a", {python_call("work", "x.py", 7)}));
    state.threads.push_back(python_thread_state(2, "b", {python_call("work", "x.py", 7)}));
    state.threads.back().holds_gil = true;
    CHECK_FALSE(contains(stacks(state), "The same stack"));
}

TEST_CASE("a recursion of ten thousand calls is a few lines", "[tools]") {
    ProcessState state = python_process();
    const std::vector<MergedFrame> frames(10'000, python_call("dig", "x.py", 7));
    state.threads.push_back(python_thread_state(1, "a", frames));
    CHECK(count_lines(stacks(state)) == 8);
    CHECK(contains(stacks(state), "  [Previous frame repeated 9997 more times]\n"));
}

TEST_CASE("a stack that begins in the middle says why", "[tools]") {
    ProcessState state = python_process();
    state.threads.push_back(python_thread_state(1, "a", {python_call("f", "x.py", 7)}));
    state.threads.front().python.front().frames_complete = false;
    state.threads.front().native.end = UnwindEnd::NoMemory;
    state.threads.front().native.end_reason = "0x7f00 is not in the core";
    CHECK(contains(stacks(state), R"(:
  [older Python frames could not be read]
  [older native frames could not be found: 0x7f00 is not in the core]
  File "x.py", line 7, in f
)"));
}

TEST_CASE("what cannot be read is said in words", "[tools]") {
    ProcessState state = python_process();
    MergedFrame nameless = python_call("f", "x.py", 1);
    *nameless.python = PythonFrame{};
    MergedFrame stripped = native_call("x");
    stripped.native->function = {};
    stripped.uncertain = true;
    state.threads.push_back(python_thread_state(1, "a", {nameless, stripped}));
    CHECK(contains(stacks(state), R"(
  File that cannot be read, in a function whose name cannot be read
? [native] libfoo.so+0x10
  [?: which Python frame called which native one is not certain here]
)"));
}

TEST_CASE("long paths of a compiler are told by their end", "[tools]") {
    ProcessState state = python_process();
    state.threads.push_back(native_thread_state(
        1, {native_call_at("a", "/tmp/build.20260101000000.1/Python-3.8.18/./Modules/timemodule.c", 5),
            native_call_at("b", "./nptl/./nptl/futex.c", 6), native_call_at("c", "/home/me/project/src/matmul.c", 7),
            native_call_at("d", std::string(100, 'x'), 8)}));
    const std::string text = stacks(state);
    CHECK(contains(text, "a at …/Modules/timemodule.c:5:3"));
    CHECK(contains(text, "b at nptl/nptl/futex.c:6:3"));
    CHECK(contains(text, "c at /home/me/project/src/matmul.c:7:3"));
    CHECK(contains(text, "d at " + std::string(100, 'x') + ":8:3"));
}

TEST_CASE("hostile names do not reach the terminal", "[tools]") {
    ProcessState state = crashed_process();
    state.process.command_line = {"python\x1b[2J", "\u202e"};
    state.process.executable = "\x1b";
    state.cause->title = "\x1b]0;x\x07";
    state.cause->evidence = {"\x1b[1m"};
    state.runtime->version = "3\x1b";
    state.runtime->module = "\x1b";
    state.threads[0].python[0].name = "\x1b[31m";
    state.threads[1].wait->what = "\xc2\x9bm";
    for (MergedFrame& frame : state.threads[0].stack.frames) {
        if (frame.python) frame.python->qualname = frame.python->file = "\x1b[5m";
        if (frame.native) frame.native->function.name = frame.native->module = "\x1b[6m";
    }
    state.modules[0].path = "/\x1b";
    const TextOptions plain;
    for (const auto write :
         {write_stacks_text, write_threads_text, write_gil_text, write_info_text, write_modules_text}) {
        const std::string text = write(state, plain);
        for (const char* control : {"\x1b", "\x07", "\xc2\x9b", "\u202e"}) CHECK_FALSE(contains(text, control));
    }
}

TEST_CASE("threads are one line each, in columns", "[tools]") {
    CHECK(
        write_threads_text(crashed_process(), {}) ==
        R"(TID   NAME        STATE                       WAITS FOR                     PYTHON                    NATIVE
1234  MainThread  crashed, main, has the GIL  -                             Trainer.step train.py:41  inner matmul.h:12
1240  worker      wants the GIL               the GIL, held by thread 1234  work train.py:7           take_gil
1250  -           not Python                  -                             -                         poll
)");
}

TEST_CASE("the GIL is told with the names of its holder and of those who wait", "[tools]") {
    CHECK(write_gil_text(crashed_process(), {}) == R"(Interpreter 0 (main): the GIL is held by thread 1234 "MainThread"
  waiting: thread 1240 "worker"
)");
}

TEST_CASE("info tells who died of what", "[tools]") {
    const std::string text = write_info_text(crashed_process(), {});
    CHECK(contains(text, "core.1234: core written by kernel, x86_64\n"));
    CHECK(contains(text, "  process       1234, parent 1, user 1000\n"));
    CHECK(contains(text, "  signal        SIGSEGV (SEGV_MAPERR) at 0x8\n"));
    CHECK(contains(text, "  cause         SIGSEGV: access to 0x8, a null pointer in inner (libfoo.so)\n"));
    CHECK(contains(text, "  Python        CPython 3.13.5\n"));
    CHECK(contains(text, "  memory        256.0 KiB of 1.0 MiB (25 %) are in the core\n"));
}

TEST_CASE("colour changes nothing but the colour", "[tools]") {
    TextOptions colored;
    colored.color = true;
    std::string text = write_stacks_text(crashed_process(), colored);
    CHECK(contains(text, "\x1b["));
    for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b', at)) {
        text.erase(at, text.find('m', at) - at + 1);
    }
    CHECK(text == stacks(crashed_process()));
}
