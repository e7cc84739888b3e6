// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/state_builder.h"

#include <utility>

namespace pycore::test {

MergedFrame python_call(std::string qualname, std::string file, std::int64_t line) {
    MergedFrame call;
    call.kind = MergedFrame::Kind::Python;
    call.python.emplace();
    call.python->address = {0x7f0000001000};
    call.python->function = qualname.substr(qualname.rfind('.') + 1);
    call.python->qualname = std::move(qualname);
    call.python->file = std::move(file);
    call.python->line = line;
    return call;
}

MergedFrame python_call(std::string qualname, std::string file, std::int64_t line, std::int64_t column,
                        std::int64_t end_column) {
    MergedFrame call = python_call(std::move(qualname), std::move(file), line);
    call.python->column = column;
    call.python->end_line = line;
    call.python->end_column = end_column;
    return call;
}

MergedFrame native_call(std::string name, std::string module) {
    MergedFrame call;
    call.native.emplace();
    call.native->pc = {0x7f0000400010};
    call.native->module_offset = 0x10;
    call.native->function.raw_name = name;
    call.native->function.name = std::move(name);
    call.native->module = std::move(module);
    call.native->build_id = "5ca1ab1e";
    return call;
}

MergedFrame native_call_at(std::string name, std::string file, std::int64_t line) {
    MergedFrame call = native_call(std::move(name));
    call.native->function.location = SourceLocation{std::move(file), line, 3};
    return call;
}

MergedFrame plumbing_call(std::string name) {
    MergedFrame call = native_call(std::move(name), "/usr/bin/python3.13");
    call.plumbing = true;
    return call;
}

ThreadState python_thread_state(std::int64_t tid, std::string name, std::vector<MergedFrame> frames) {
    ThreadState thread = native_thread_state(tid, std::move(frames));
    PythonThread python;
    python.address = {0x7f0000002000};
    python.thread_id = {0x7f0000003000};
    python.status = AttachStatus::Detached;
    python.name = std::move(name);
    thread.python.push_back(std::move(python));
    thread.stack.status = MergeStatus::Anchored;
    return thread;
}

ThreadState native_thread_state(std::int64_t tid, std::vector<MergedFrame> frames) {
    ThreadState thread;
    thread.tid = tid;
    thread.stack.frames = std::move(frames);
    return thread;
}

ProcessState python_process() {
    ProcessState state;
    state.source = {"core", "core.1234", "x86_64", "kernel"};
    state.process.pid = 1234;
    state.process.ppid = 1;
    state.process.uid = 1000;
    state.process.executable = "/usr/bin/python3.13";
    state.process.command_line = {"python3.13", "train.py"};
    state.runtime.emplace();
    state.runtime->version = "3.13.5";
    state.runtime->version_hex = 0x030d05f0;
    state.runtime->layout_source = "debug_offsets";
    state.runtime->runtime_address = Address{0x555500000000};
    state.runtime->located_by = "section";
    state.runtime->module = "/usr/bin/python3.13";
    InterpreterState interpreter;
    interpreter.main = true;
    interpreter.finalizing = false;
    interpreter.gc_collecting = false;
    interpreter.gil.status = GilStatus::Free;
    state.interpreters.push_back(interpreter);
    state.gil_ownership.push_back({0, {}, {}});
    state.mapped_bytes = 1 << 20;
    state.present_bytes = 1 << 18;
    return state;
}

ProcessState crashed_process() {
    ProcessState state = python_process();
    state.process.signal = SignalState{11, "SIGSEGV", "SEGV_MAPERR", Address{0x8}, {}};
    state.cause = CrashCause{"SIGSEGV: access to 0x8, a null pointer in inner (libfoo.so)",
                             "null_pointer",
                             1234,
                             "null",
                             {"signal 11 (SIGSEGV)"}};
    MergedFrame matmul = native_call_at("matmul", "matmul.c", 88);
    matmul.native->inlined = {{"outer", "outer", SourceLocation{"matmul.h", 20, 5}},
                              {"inner", "inner", SourceLocation{"matmul.h", 12, {}}}};
    matmul.crash_site = true;
    ThreadState crashed = python_thread_state(
        1234, "MainThread",
        {plumbing_call("main"), plumbing_call("_PyEval_EvalFrameDefault"), python_call("<module>", "/job/train.py", 50),
         python_call("Trainer.step", "/job/train.py", 41, 8, 30), std::move(matmul)});
    crashed.crashed = crashed.main = crashed.holds_gil = true;
    ThreadState waiting =
        python_thread_state(1240, "worker", {python_call("work", "/job/train.py", 7), plumbing_call("take_gil")});
    waiting.waiting_for_gil = true;
    waiting.wait = Wait{"gil", "the GIL", Address{0x555500000100}, 1234};
    state.threads = {std::move(crashed), std::move(waiting), native_thread_state(1250, {native_call("poll")})};
    state.interpreters.front().gil.status = GilStatus::Held;
    state.gil_ownership.front() = {0, 1234, {1240}};
    state.modules.push_back({"/usr/lib/libfoo.so",
                             {0x7f0000400000},
                             {{0x7f0000400000}, {0x7f0000500000}},
                             "5ca1ab1e",
                             "/usr/lib/libfoo.so",
                             "build_id"});
    state.diagnostics.push_back(
        {Severity::Warning, "absent", "0x7f0000009000 is not in the core", Address{0x7f0000009000}, 1240});
    return state;
}

ProcessState bare_process() {
    ProcessState state;
    state.source.path = "core";
    state.threads = {native_thread_state(7, {}), native_thread_state(0, {})};
    MergedFrame unknown;
    unknown.native.emplace();
    unknown.native->pc = {0x401000};
    state.threads.front().stack.frames.push_back(std::move(unknown));
    return state;
}

}  // namespace pycore::test
