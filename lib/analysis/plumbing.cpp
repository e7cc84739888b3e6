// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/plumbing.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pycore {
namespace {

using namespace std::string_view_literals;

// CPython's own machinery, by the beginnings of its names (Python/ceval.c, Objects/call.c,
// Objects/methodobject.c, Objects/descrobject.c, Objects/typeobject.c, Objects/genobject.c,
// Python/pythonrun.c, Modules/main.c, Python/import.c).
constexpr std::array kInterpreterPrefixes = {
    "_PyEval_"sv,
    "PyEval_Eval"sv,
    "_TAIL_CALL_"sv,
    "_PyFunction_"sv,
    "_PyObject_Call"sv,
    "PyObject_Call"sv,
    "_PyObject_Vectorcall"sv,
    "PyObject_Vectorcall"sv,
    "_PyVectorcall"sv,
    "PyVectorcall"sv,
    "_PyObject_MakeTpCall"sv,
    "_PyObject_FastCall"sv,
    "_PyCFunction_"sv,
    "PyCFunction_"sv,
    "cfunction_"sv,
    "method_vectorcall"sv,
    "method_call"sv,
    "vectorcall_"sv,
    "slot_"sv,
    "object_vacall"sv,
    "type_call"sv,
    "type_vectorcall"sv,
    "_PyMethodDef_"sv,
    "_PyMethodDescr_"sv,
    "function_code_fastcall"sv,
    "call_function"sv,
    "do_call_core"sv,
    "wrapperdescr_"sv,
    "wrapper_call"sv,
    "wrap_"sv,
    "gen_send_ex"sv,
    "gen_iternext"sv,
    "gen_send"sv,
    "_gen_"sv,
    "gen_throw"sv,
    "PyIter_Send"sv,
    "PyGen_"sv,
    "_PyGen_"sv,
    "coro_"sv,
    "async_gen_"sv,
    "partial_"sv,
    "context_run"sv,
    "pymain_"sv,
    "Py_RunMain"sv,
    "Py_Main"sv,
    "Py_BytesMain"sv,
    "_Py_UnixMain"sv,
    "run_mod"sv,
    "run_eval_code_obj"sv,
    "pyrun_"sv,
    "_PyRun_"sv,
    "PyRun_"sv,
    "builtin_exec"sv,
    "thread_run"sv,
    "pythread_wrapper"sv,
    "t_bootstrap"sv,
    "PyImport_Import"sv,
    "import_find_and_load"sv,
    "import_name"sv,
    "_PyObject_CallMethod"sv,
    "callmethod"sv,
    "_call_"sv,
    "py_trampoline_evaluator"sv,
    "_PyJIT"sv,
    "task_step"sv,
    "task_wakeup"sv,
    "TaskStepMethWrapper"sv,
    "_PyPerf"sv,
    "_PyForIter_"sv,
};

// ctypes and libffi, between Python and the function that was called.
constexpr std::array kBridgePrefixes = {
    "PyCFuncPtr_call"sv, "_ctypes_callproc"sv, "_call_function_pointer"sv, "closure_fcn"sv, "_CallPythonObject"sv,
    "ffi_call"sv,        "ffi_closure"sv,
};

// The C library below main() and below a thread's first function.
constexpr std::array kStartNames = {
    "_start"sv,  "__libc_start_main"sv, "__libc_start_call_main"sv, "start_thread"sv, "clone"sv, "clone3"sv,
    "__clone"sv, "__clone3"sv,          "libc_start_main_stage2"sv, "start"sv,
};

template <std::size_t N>
bool starts_with_any(std::string_view name, const std::array<std::string_view, N>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string_view without_suffix(std::string_view name) {
    return name.substr(0, std::min(name.find('@'), name.find('.')));
}

bool is_start_name(std::string_view name) {
    if (name.starts_with("__libc_start_main")) return true;  // __libc_start_main_impl, @@GLIBC_2.34
    return std::find(kStartNames.begin(), kStartNames.end(), without_suffix(name)) != kStartNames.end();
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_bridge_module(std::string_view module) {
    return base_name(module).starts_with("_ctypes.") || base_name(module).starts_with("libffi");
}

bool is_plumbing(const NativeFrame& frame, const std::optional<std::string>& runtime_module) {
    const bool in_runtime = frame.module && frame.module == runtime_module;
    if (!frame.function.name) return in_runtime || (frame.module && is_bridge_module(*frame.module));
    const std::string_view name = *frame.function.name;
    if (is_start_name(name) || starts_with_any(name, kBridgePrefixes)) return true;
    if (frame.module && base_name(*frame.module).starts_with("_asyncio."))
        return starts_with_any(name, kInterpreterPrefixes);
    return in_runtime ? starts_with_any(name, kInterpreterPrefixes) || name == "main" : name.starts_with("_PyEval_");
}

bool is_interpreter_main(const NativeFrame& frame, const MergedFrame* called) {
    return frame.function.name == "main" && called && called->native && called->plumbing;
}

}  // namespace

void mark_plumbing(MergedStack& stack, const std::optional<std::string>& runtime_module) {
    const MergedFrame* called = nullptr;
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame) {
        if (frame->native) {
            frame->plumbing =
                is_plumbing(*frame->native, runtime_module) || is_interpreter_main(*frame->native, called);
        }
        called = &*frame;
    }
}

}  // namespace pycore
