// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature.h"

#include <algorithm>

#include "analysis/signature_frames.h"
#include "analysis/signature_reason.h"
#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

const std::string kRuntime = "/usr/bin/python3.13";
const std::string kApp = "/srv/app/train.py";

MergedFrame interpreter_call(std::string name) { return native_call(std::move(name), kRuntime); }
MergedFrame libc_call(std::string name) { return native_call(std::move(name), "/lib/x86_64-linux-gnu/libc.so.6"); }

MergedFrame at_site(MergedFrame frame) {
    frame.crash_site = true;
    return frame;
}

// Of one crashed thread; frames are most recent call last.
ProcessState crash(std::vector<MergedFrame> frames, std::string signal = "SIGSEGV") {
    ProcessState state = python_process();
    state.runtime->module = kRuntime;
    const bool told = std::any_of(frames.begin(), frames.end(), [](const MergedFrame& f) { return f.crash_site; });
    if (!told && !frames.empty()) frames.back().crash_site = true;
    ThreadState thread = python_thread_state(1, "MainThread", std::move(frames));
    thread.crashed = thread.main = true;
    state.process.signal = SignalState{11, std::move(signal), "SEGV_MAPERR", Address{0}, {}};
    state.threads = {std::move(thread)};
    return state;
}

std::string default_level(const ProcessState& state) { return sign(state).level(SignatureLevel::Default); }

// The rule of the frame with this text; "kept" where it has none.
std::string rule_of(const Signature& signature, std::string_view text) {
    for (const SignatureFrame& frame : signature.frames) {
        if (frame.text == text) return frame.kept && frame.rule.empty() ? "kept" : frame.rule;
    }
    return "no such frame";
}

}  // namespace

TEST_CASE("a crash is known by the native and the Python function that it happened in", "[analysis]") {
    const auto signature =
        sign(crash({interpreter_call("_PyEval_EvalFrameDefault"), python_call("Trainer.step", kApp, 7),
                    interpreter_call("cfunction_vectorcall"), native_call("fill(double*)", "/x/libfast.so.2")}));
    CHECK(signature.native_site == "libfast!fill");
    CHECK(signature.python_site == "train:step");
    CHECK(signature.stack == std::vector<std::string>{"libfast!fill", "train:step"});
    CHECK(signature.confidence == Confidence::High);
    for (const std::string& level : signature.levels) CHECK(level.size() == 16);
}

TEST_CASE("moved lines, another path and another build leave L1 and L2 as they are", "[analysis]") {
    const auto one = sign(crash({python_call("step", "/env/lib/python3.12/site-packages/train.py", 7),
                                 native_call("f", "/x/a.cpython-312-x86_64-linux-gnu.so")}));
    const auto two = sign(crash(
        {python_call("step", "/home/u/e/lib/python3.9/site-packages/train.py", 70), native_call("f", "/y/a.abi3.so")}));
    CHECK(one.level(SignatureLevel::Default) == two.level(SignatureLevel::Default));
    CHECK(one.level(SignatureLevel::Full) == two.level(SignatureLevel::Full));
    CHECK(one.level(SignatureLevel::Exact) != two.level(SignatureLevel::Exact));
}

TEST_CASE("a module that the process's own sys.path named is taken as it says", "[analysis]") {
    auto state = crash({python_call("step", "/srv/app/pkg/train.py", 7), native_call("f")});
    state.threads[0].stack.frames[0].python->module = "pkg.train";
    CHECK(sign(state).python_site == "pkg.train:step");
}

TEST_CASE("test runners, pools and event loops do not count", "[analysis]") {
    const std::string lib = "/usr/lib/python3.13/";
    const auto signature = sign(crash({
        python_call("_run_module_as_main", "<frozen runpy>", 1),
        python_call("TestCase.run", lib + "unittest/case.py", 1),
        python_call("pytest_pyfunc_call", "/e/lib/python3.13/site-packages/_pytest/python.py", 1),
        python_call("_multicall", "/e/lib/python3.13/site-packages/pluggy/_callers.py", 1),
        python_call("_bootstrap_inner", lib + "threading.py", 1),
        python_call("_worker", lib + "concurrent/futures/thread.py", 1),
        python_call("BaseEventLoop._run_once", lib + "asyncio/base_events.py", 1),
        python_call("Module._call_impl", "/e/lib/python3.13/site-packages/torch/nn/modules/module.py", 1),
        python_call("import_module", lib + "importlib/__init__.py", 1),
        python_call("_bootstrap", lib + "multiprocessing/process.py", 1),
        python_call("step", kApp, 1),
        native_call("f"),
    }));
    CHECK(signature.stack == std::vector<std::string>{"libfoo!f", "train:step"});
    CHECK(rule_of(signature, "runpy:_run_module_as_main") == "runpy");
    CHECK(rule_of(signature, "unittest.case:run") == "unittest");
    CHECK(rule_of(signature, "_pytest.python:pytest_pyfunc_call") == "pytest");
    CHECK(rule_of(signature, "pluggy._callers:_multicall") == "pluggy");
    CHECK(rule_of(signature, "threading:_bootstrap_inner") == "threading");
    CHECK(rule_of(signature, "concurrent.futures.thread:_worker") == "concurrent.futures");
    CHECK(rule_of(signature, "asyncio.base_events:_run_once") == "asyncio");
    CHECK(rule_of(signature, "torch.nn.modules.module:_call_impl") == "torch");
    CHECK(rule_of(signature, "importlib:import_module") == "importlib");
    CHECK(rule_of(signature, "multiprocessing.process:_bootstrap") == "multiprocessing");
}

TEST_CASE("the glue of bindings does not count", "[analysis]") {
    const auto signature = sign(crash({
        python_call("step", kApp, 1),
        native_call("pybind11::cpp_function::dispatcher(_object*, _object*, _object*)", "/x/fast.so"),
        native_call("_wrap_solve", "/x/_solver.so"),
        native_call("__pyx_pw_4fast_1run", "/x/fast.so"),
        native_call("pyo3::impl_::trampoline::trampoline", "/x/rusty.so"),
        native_call("nanobind::detail::nb_func_vectorcall_simple", "/x/nano.so"),
        native_call("ffi_call_unix64", "/lib/libffi.so.8"),
        native_call("solve(int)", "/x/libsolver.so"),
    }));
    CHECK(signature.stack == std::vector<std::string>{"libsolver!solve", "train:step"});
    CHECK(rule_of(signature, "fast!pybind11::cpp_function::dispatcher") == "pybind11");
    CHECK(rule_of(signature, "_solver!_wrap_solve") == "SWIG");
    CHECK(rule_of(signature, "fast!__pyx_pw_4fast_1run") == "Cython");
    CHECK(rule_of(signature, "rusty!pyo3::impl_::trampoline::trampoline") == "PyO3");
    CHECK(rule_of(signature, "nano!nanobind::detail::nb_func_vectorcall_simple") == "nanobind");
    CHECK(rule_of(signature, "libffi!ffi_call_unix64") == "ctypes");
}

TEST_CASE("the machinery of dying does not count", "[analysis]") {
    const auto plain = crash({python_call("step", kApp, 1), native_call("check")}, "SIGABRT");
    const auto dying = crash({python_call("step", kApp, 1), at_site(native_call("check")), libc_call("abort"),
                              libc_call("raise"), libc_call("__pthread_kill_implementation")},
                             "SIGABRT");
    CHECK(sign(dying).native_site == "libfoo!check");
    CHECK(rule_of(sign(dying), "libc!raise") == "dying");
    CHECK(sign(plain).level(SignatureLevel::Site) == sign(dying).level(SignatureLevel::Site));
}

TEST_CASE("a tool that many use is not the place where a crash is looked for", "[analysis]") {
    const auto signature =
        sign(crash({python_call("step", kApp, 1), native_call("copy_row"), libc_call("__memcpy_avx_unaligned")}));
    CHECK(signature.native_site == "libfoo!copy_row");
    CHECK(rule_of(signature, "libc!memcpy") == "memory and text");
}

TEST_CASE("who finds a broken heap is told with low confidence", "[analysis]") {
    const auto signature = sign(crash({python_call("step", kApp, 1), at_site(libc_call("_int_free")),
                                       libc_call("malloc_printerr"), libc_call("abort"), libc_call("raise")},
                                      "SIGABRT"));
    CHECK(signature.confidence == Confidence::Low);
    CHECK(signature.reason.find("producer unknown") != std::string::npos);
}

TEST_CASE("recursion is told once, however deep it went", "[analysis]") {
    const auto deep = [](int depth) {
        std::vector<MergedFrame> frames = {python_call("main", kApp, 1)};
        for (int i = 0; i < depth; ++i) {
            frames.push_back(native_call("visit_node"));
            frames.push_back(native_call("visit_leaf"));
        }
        return crash(std::move(frames));
    };
    CHECK(default_level(deep(40)) == default_level(deep(75)));
    CHECK(sign(deep(40)).level(SignatureLevel::Full) == sign(deep(75)).level(SignatureLevel::Full));
}

TEST_CASE("comprehensions, which newer versions inline, do not count", "[analysis]") {
    const auto with =
        sign(crash({python_call("step", kApp, 1), python_call("step.<locals>.<listcomp>", kApp, 1), native_call("f")}));
    const auto without = sign(crash({python_call("step", kApp, 1), native_call("f")}));
    CHECK(with.level(SignatureLevel::Full) == without.level(SignatureLevel::Full));
}

TEST_CASE("every frame that is dropped names its rule", "[analysis]") {
    for (const SignatureFrame& frame : sign(crashed_process()).frames) {
        if (!frame.kept) CHECK_FALSE(frame.rule.empty());
    }
}

TEST_CASE("a hang is known by what all its threads do, however many do the same", "[analysis]") {
    const auto hang = [](int workers) {
        ProcessState state = python_process();
        ThreadState main = python_thread_state(1, "MainThread", {python_call("serve", kApp, 3)});
        main.main = true;
        main.wait = Wait{"lock", "a threading.Lock", {}, {}};
        state.threads.push_back(std::move(main));
        for (int i = 0; i < workers; ++i) {
            ThreadState worker =
                python_thread_state(10 + i, "pool_" + std::to_string(i), {python_call("work", kApp, 9)});
            worker.wait = Wait{"syscall", "read from file descriptor " + std::to_string(i), {}, {}};
            state.threads.push_back(std::move(worker));
        }
        return state;
    };
    const Signature two = sign(hang(2));
    CHECK(two.is_hang);
    CHECK(two.level(SignatureLevel::Default) == default_level(hang(5)));
    CHECK(two.level(SignatureLevel::Default) != default_level(hang(0)));
    CHECK(two.threads[1].role == two.threads[2].role);
    CHECK(two.threads[1].wait == "read");
}

TEST_CASE("a wait that a signal handler ended is known by the function that waited", "[analysis]") {
    const auto killed = [](std::vector<MergedFrame> frames, std::optional<Wait> wait) {
        ProcessState state = crash(std::move(frames), "SIGABRT");
        state.cause = CrashCause{"SIGABRT sent from outside", "killed", {}, {}, {}};
        state.threads[0].wait = std::move(wait);
        return sign(state);
    };
    const Signature plain = killed({python_call("step", kApp, 1), libc_call("read")},
                                   Wait{"syscall", "read from file descriptor 3", {}, {}});
    const Signature handled = killed(
        {python_call("step", kApp, 1), at_site(libc_call("read")), libc_call("__restore_rt"), libc_call("raise")}, {});
    CHECK(plain.is_hang);
    CHECK(handled.threads[0].wait == "read");
    CHECK(plain.level(SignatureLevel::Default) == handled.level(SignatureLevel::Default));
}

TEST_CASE("numbers and addresses in a message do not count", "[analysis]") {
    CHECK(without_numbers("free(): invalid pointer 0x55d1 at 12") == "free(): invalid pointer N at N");
    CHECK(without_numbers("value2 has 3 items") == "value2 has N items");
}

TEST_CASE("a frame without a name and an empty stack do no harm", "[analysis]") {
    MergedFrame nameless = native_call("x");
    nameless.native->function.name = std::nullopt;
    nameless.native->module = std::nullopt;
    CHECK_NOTHROW(sign(crash({nameless})));
    CHECK_NOTHROW(sign(crash({})));
    CHECK_NOTHROW(sign(bare_process()));
    CHECK_NOTHROW(sign(ProcessState{}));
}

TEST_CASE("the type of a C++ exception counts, and of what it says only what is no number", "[analysis]") {
    const auto uncaught = [](const char* type, std::optional<std::string> text) {
        ProcessState state =
            crash({native_call("mesh_refine"), native_call("std::terminate()"), libc_call("abort")}, "SIGABRT");
        state.threads[0].stack.frames[2].crash_site = false;
        state.threads[0].stack.frames[0].crash_site = true;
        state.exception.thrown = ThrownException{type, std::move(text)};
        return state;
    };
    const auto seven = sign(uncaught("std::runtime_error", "mesh has 7 levels")).levels;
    const auto nine = sign(uncaught("std::runtime_error", "mesh has 9 levels")).levels;
    const auto other = sign(uncaught("std::runtime_error", "no mesh")).levels;
    const auto silent = sign(uncaught("std::runtime_error", {})).levels;
    const auto logic = sign(uncaught("std::logic_error", "mesh has 7 levels")).levels;
    CHECK(seven == nine);
    CHECK(seven[1] == other[1]);  // L1: not every build tells what it says
    CHECK(seven[1] == silent[1]);
    CHECK(seven[2] != other[2]);
    CHECK(seven[1] != logic[1]);
    CHECK(signature_reason(uncaught("std::runtime_error", "mesh has 7 levels")).text ==
          "cxx exception std::runtime_error: mesh has N levels");
}
