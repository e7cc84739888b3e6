// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/crash_site.h"

#include <algorithm>
#include <array>

#include "analysis/place_activations.h"

namespace pycore {
namespace {

using namespace std::string_view_literals;

constexpr std::array kDyingNames = {
    // glibc: raise, abort and their helpers (nptl/pthread_kill.c, stdlib/abort.c, assert/assert.c)
    "raise"sv,
    "__GI_raise"sv,
    "gsignal"sv,
    "pthread_kill"sv,
    "tgkill"sv,
    "abort"sv,
    "__GI_abort"sv,
    "__assert_fail"sv,
    "__assert_fail_base"sv,
    "__assert"sv,
    "__assert_perror_fail"sv,
    "__libc_message"sv,
    "__libc_message_impl"sv,
    "__libc_message_wrapper"sv,
    "__libc_fatal"sv,
    "malloc_printerr"sv,
    "malloc_printerr_tail"sv,
    "__fortify_fail"sv,
    "__fortify_fail_abort"sv,
    "__stack_chk_fail"sv,
    "__stack_chk_fail_local"sv,
    "__chk_fail"sv,
    // CPython (Python/pylifecycle.c, Modules/faulthandler.c)
    "Py_FatalError"sv,
    "_Py_FatalErrorFunc"sv,
    "_Py_FatalErrorFormat"sv,
    "_Py_FatalError_TstateNULL"sv,
    "_Py_FatalRefcountErrorFunc"sv,
    "_PyObject_AssertFailed"sv,
    "_Py_NegativeRefcount"sv,
    "fatal_error"sv,
    "fatal_error_exit"sv,
    "_Py_DumpExtensionModules"sv,
    // C++ and Rust runtimes
    "std::terminate()"sv,
    "__cxxabiv1::__terminate(void (*)())"sv,
    "__gnu_cxx::__verbose_terminate_handler()"sv,
    "std::__terminate(void (*)())"sv,
    "__cxa_call_terminate"sv,
    "__clang_call_terminate"sv,
    "__gxx_personality_v0"sv,
    "__cxa_throw"sv,
    "__cxa_rethrow"sv,
    "__cxa_pure_virtual"sv,
    "_Unwind_RaiseException"sv,
    "_Unwind_Resume"sv,
    "_Unwind_Resume_or_Rethrow"sv,
    "rust_panic"sv,
    "rust_begin_unwind"sv,
    "__rust_start_panic"sv,
};

constexpr std::array kDyingPrefixes = {
    "__pthread_kill"sv,    "faulthandler_"sv,       "std::panicking::"sv,
    "core::panicking::"sv, "std::process::abort"sv, "std::sys::"sv,
    "std::sys_common::"sv, "std::__throw_"sv,       "std::rethrow_exception"sv,
};

std::string_view without_suffix(std::string_view name) { return name.substr(0, name.find('@')); }

bool is_dying_name(std::string_view name) {
    name = without_suffix(name);
    return std::find(kDyingNames.begin(), kDyingNames.end(), name) != kDyingNames.end() ||
           std::any_of(kDyingPrefixes.begin(), kDyingPrefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_dying(const NativeFrame& frame) { return frame.function.name && is_dying_name(*frame.function.name); }

// Nameless helpers between raise() and abort(), or between abort() and std::terminate(), belong to them.
bool is_nameless_helper(const MergedStack& stack, std::size_t index) {
    constexpr std::size_t kMostHelpers = 6;
    const auto& frame = stack.frames[index].native;
    for (std::size_t i = 0; i < kMostHelpers && i < index; ++i) {
        const auto& helper = stack.frames[index - i].native;
        const auto& caller = stack.frames[index - i - 1].native;
        if (!helper || helper->function.name || !caller || caller->module != frame->module) return false;
        if (is_dying(*caller)) return true;
    }
    return false;
}

std::string_view name_of(const MergedFrame& frame) {
    return frame.native && frame.native->function.name ? std::string_view(*frame.native->function.name) : ""sv;
}

}  // namespace

std::optional<std::size_t> find_crash_site(const MergedStack& stack) {
    const std::size_t count = stack.frames.size();
    if (count == 0) return std::nullopt;
    std::size_t site = count - 1;
    // A handler that runs on the crash: everything from the trampoline on is machinery, unless the
    // crash is older than it (a handler of an earlier signal that itself crashed shows raise or not).
    for (std::size_t i = count; i-- > 0;) {
        if (stack.frames[i].native && stack.frames[i].native->is_signal_trampoline && i > 0) {
            site = i - 1;
            break;
        }
    }
    while (site > 0 && stack.frames[site].native &&
           (is_dying(*stack.frames[site].native) || is_nameless_helper(stack, site))) {
        --site;
    }
    return site;
}

void mark_crash_site(MergedStack& stack) {
    const auto site = find_crash_site(stack);
    if (!site) return;
    stack.frames[*site].crash_site = true;
    std::size_t i = stack.frames.size();
    while (i > 0 && stack.frames[i - 1].native) stack.frames[--i].plumbing = false;
    // The loop itself crashed: its C frame is the place, although its Python frame comes last.
    if (i == stack.frames.size()) {
        while (i > 0 && !stack.frames[i - 1].native) --i;
        if (i > 0) stack.frames[i - 1].plumbing = false;
    }
}

bool was_interrupted(const MergedStack& stack) {
    constexpr std::size_t kDeepest = 6;  // raise() and its helpers
    const auto& frames = stack.frames;
    for (std::size_t i = frames.size(); i-- > 0;) {
        if (!frames[i].native || !frames[i].native->is_signal_trampoline) continue;
        for (std::size_t below = i; below-- > 0 && i - below <= kDeepest && frames[below].native;) {
            const std::string_view name = without_suffix(name_of(frames[below]));
            if (is_dying_name(name) || name == "kill" || name == "__kill") return false;
        }
        return true;
    }
    return false;
}

DyingMachinery find_dying_machinery(const MergedStack& stack) {
    DyingMachinery found;
    bool inside = true;  // of what has no name or belongs to dying: so far nothing else was called
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend() && frame->native; ++frame) {
        const std::string_view name = without_suffix(name_of(*frame));
        inside &= name.empty() || is_dying_name(name);
        found.cxx_terminate |= inside && (name == "__cxa_throw" || name == "__cxa_rethrow");
        found.fatal_error |=
            name.starts_with("Py_FatalError") || name.starts_with("_Py_FatalError") || name.starts_with("fatal_error");
        found.assertion |= name.starts_with("__assert");
        found.heap_corruption |= name.starts_with("malloc_printerr");
        found.stack_smashing |= name.starts_with("__stack_chk_fail") || name.starts_with("__fortify_fail");
        found.cxx_terminate |= name.starts_with("std::terminate") || name.starts_with("std::__terminate") ||
                               name == "__cxa_call_terminate" || name == "__clang_call_terminate" ||
                               name == "__gxx_personality_v0" ||  // of a function that is noexcept
                               name.starts_with("__gnu_cxx::__verbose_terminate_handler");
        found.rust_panic |= name == "rust_panic" || name == "rust_begin_unwind";
        found.os_abort |= name.starts_with("os_abort");
        found.abort |= name == "abort" || name == "__GI_abort";
    }
    return found;
}

}  // namespace pycore
