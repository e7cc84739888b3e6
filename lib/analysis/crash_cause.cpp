// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/crash_cause.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/abort_reason.h"
#include "analysis/crash_site.h"

namespace pycore {
namespace {

constexpr std::uint64_t kNullPage = 64 * 1024;          // mmap_min_addr: no mapping below it
constexpr std::uint64_t kStackGuardReach = 256 * 1024;  // a frame larger than that is rare

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string describe_site(const MergedFrame& frame) {
    if (frame.python) {
        return frame.python->qualname ? *frame.python->qualname : frame.python->function.value_or("a Python function");
    }
    std::string text = frame.native->function.name.value_or(to_string(frame.native->pc));
    if (!frame.native->inlined.empty() && frame.native->inlined.back().name) text = *frame.native->inlined.back().name;
    if (frame.native->module) text += fmt::format(" ({})", base_name(*frame.native->module));
    return text;
}

const MergedFrame* crash_frame(const ThreadState& thread) {
    const auto& frames = thread.stack.frames;
    const auto found = std::find_if(frames.begin(), frames.end(), [](const MergedFrame& f) { return f.crash_site; });
    return found == frames.end() ? nullptr : &*found;
}

const ModuleInfo* module_at(const ProcessState& state, Address address) {
    const auto found = std::find_if(state.modules.begin(), state.modules.end(),
                                    [&](const ModuleInfo& module) { return module.range.contains(address); });
    return found == state.modules.end() ? nullptr : &*found;
}

// The stack pointer of the code that crashed: a handler of the signal may run on a stack of its own.
Address stack_pointer_at_crash(const ThreadState& thread) {
    const auto& frames = thread.stack.frames;
    auto frame = std::find_if(frames.begin(), frames.end(), [](const MergedFrame& f) { return f.crash_site; });
    if (frame != frames.end() && frame->native && frame->native->sp) return frame->native->sp;
    return thread.sp;
}

std::string classify_address(const ProcessState& state, const ThreadState& thread, Address address) {
    if (address.value < kNullPage) return "null";
    const Address sp = stack_pointer_at_crash(thread);
    if (address == Address{thread.native.frames.empty() ? 0 : thread.native.frames.front().pc.value}) return "pc";
    const std::uint64_t distance = std::max(address, sp) - std::min(address, sp);
    if (distance < kStackGuardReach) return "stack";
    if (module_at(state, address)) return "module";
    return "other";
}

struct Wording {
    std::string reason;
    std::string title;
};

Wording fault_wording(const SignalState& signal, const std::string& address_class, bool deep) {
    if (address_class == "null") {
        return {"null_pointer",
                fmt::format("{}: access to {}, a null pointer", signal.name, to_string(*signal.address))};
    }
    if (address_class == "stack" && deep) {
        return {"stack_overflow", fmt::format("{}: stack overflow at {}", signal.name, to_string(*signal.address))};
    }
    if (address_class == "pc") {
        return {"bad_jump", fmt::format("{}: jump to {}, which is no code", signal.name, to_string(*signal.address))};
    }
    const std::string reason = signal.name == "SIGBUS"   ? "bus_error"
                               : signal.name == "SIGFPE" ? "arithmetic"
                               : signal.name == "SIGILL" ? "illegal_instruction"
                                                         : "segv";
    if (!signal.address)
        return {reason, signal.name + (signal.code == "SI_KERNEL" ? ": access to a non-canonical address" : "")};
    return {reason, fmt::format("{}: access to {}", signal.name, to_string(*signal.address))};
}

// What the stack shows, and what the C library said.
DyingMachinery dying_machinery(const ProcessState& state, const ThreadState& thread) {
    DyingMachinery dying = find_dying_machinery(thread.stack);
    const std::string_view reason = abort_reason(state.process.abort_message.value_or(""));
    dying.assertion |= reason == "assertion";
    dying.stack_smashing |= reason == "stack_smashing";
    dying.heap_corruption |= reason == "heap_corruption";
    return dying;
}

// In a title: one line, and not the whole of a long one.
std::string in_title(std::string_view text) {
    constexpr std::size_t kMost = 120;
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() <= kMost) return std::string(line);
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;  // not inside of a character
    return std::string(line.substr(0, end)) + "...";
}

std::string describe(const ThrownException& thrown) {
    return thrown.text ? thrown.type + ": " + *thrown.text : thrown.type;
}

Wording terminate_wording(const ExceptionState& exception) {
    if (exception.thrown) return {"cxx_exception", "uncaught C++ exception " + in_title(describe(*exception.thrown))};
    if (exception.known) return {"terminate", "std::terminate() was called without an exception"};
    return {"cxx_exception", "uncaught C++ exception (std::terminate)"};
}

Wording fatal_wording(const std::optional<std::string>& text) {
    return {"fatal_error", text ? "Python fatal error: " + in_title(*text) : "Python fatal error (Py_FatalError)"};
}

Wording abort_wording(const DyingMachinery& dying, const SignalState& signal, const ProcessState& state) {
    if (dying.fatal_error || state.fatal_error) return fatal_wording(state.fatal_error);
    if (dying.assertion) return {"assertion", "C assertion failed"};
    if (dying.heap_corruption) return {"heap_corruption", "malloc found its heap corrupted"};
    if (dying.stack_smashing) return {"stack_smashing", "stack or buffer overflow detected by the C library"};
    if (dying.cxx_terminate) return terminate_wording(state.exception);
    if (dying.rust_panic) return {"rust_panic", "Rust panic"};
    if (dying.os_abort) return {"abort", "os.abort() was called"};
    if (dying.abort) return {"abort", "abort() was called"};
    return {"abort", signal.name};
}

bool is_fault(const SignalState& signal) {
    return signal.name == "SIGSEGV" || signal.name == "SIGBUS" || signal.name == "SIGFPE" || signal.name == "SIGILL" ||
           signal.name == "SIGTRAP";
}

CrashCause cause_of_crash(const ProcessState& state, const ThreadState& thread, const SignalState& signal) {
    CrashCause cause;
    cause.thread = thread.tid;
    const DyingMachinery dying = dying_machinery(state, thread);
    const bool sent_by_other = signal.sender_pid && signal.sender_pid != state.process.pid && *signal.sender_pid != 0;
    const bool from_outside =
        state.process.first_signal && !signal.sender_pid && !is_fault(signal) && was_interrupted(thread.stack);
    Wording wording;
    if (from_outside) {
        wording = {"killed", signal.name + " sent from outside"};
    } else if (sent_by_other) {
        wording = {"killed", fmt::format("{} sent by process {}", signal.name, *signal.sender_pid)};
    } else if (is_fault(signal) && !signal.sender_pid) {
        if (signal.address) cause.address_class = classify_address(state, thread, *signal.address);
        if (signal.name == "SIGSEGV" && signal.code == "SI_KERNEL") cause.address_class = "non_canonical";
        const bool deep = thread.stack.frames.size() > 100;
        wording = fault_wording(signal, cause.address_class.value_or(""), deep);
    } else {
        wording = abort_wording(dying, signal, state);
    }
    if (wording.reason == "cxx_exception" && state.exception.thrown) {
        cause.exception = state.exception.thrown->type;
        cause.message = state.exception.thrown->text;
    }
    if (wording.reason == "fatal_error") cause.message = state.fatal_error;
    cause.reason = wording.reason;
    cause.title = wording.title;
    if (const MergedFrame* site = crash_frame(thread)) {
        cause.title += (sent_by_other || from_outside ? " while in " : " in ") + describe_site(*site);
    }
    return cause;
}

void add_evidence(const ProcessState& state, CrashCause& cause) {
    const SignalState& signal = state.process.first_signal ? *state.process.first_signal : *state.process.signal;
    std::string line = fmt::format("signal {} ({})", signal.number, signal.name);
    if (signal.code) line += ", code " + *signal.code;
    if (signal.address) line += ", address " + to_string(*signal.address);
    if (signal.sender_pid) line += fmt::format(", sent by process {}", *signal.sender_pid);
    if (state.process.first_signal) line += ", raised again by the handler of it";
    cause.evidence.push_back(line);
    if (state.process.abort_message) cause.evidence.push_back("the C library said: " + *state.process.abort_message);
    if (cause.exception && cause.message) cause.evidence.push_back("the exception says: " + *cause.message);
    if (cause.reason == "fatal_error" && cause.message) {
        cause.evidence.push_back("Py_FatalError() was told: " + *cause.message);
    }
    if (!cause.exception && state.exception.thrown) {
        cause.evidence.push_back("it was handling the C++ exception " + describe(*state.exception.thrown));
    }
    if (signal.address) {
        if (const ModuleInfo* module = module_at(state, *signal.address)) {
            cause.evidence.push_back("the address lies in " + module->path);
        }
    }
}

}  // namespace

std::optional<CrashCause> find_crash_cause(const ProcessState& state) {
    if (!state.process.signal) {
        if (state.threads.empty()) return std::nullopt;
        return CrashCause{"dumped alive: no signal", "dumped_alive", {}, {}, {"the core names no signal"}};
    }
    const auto crashed = std::find_if(state.threads.begin(), state.threads.end(),
                                      [](const ThreadState& thread) { return thread.crashed; });
    CrashCause cause;
    if (crashed == state.threads.end()) {
        cause.title = state.process.signal->name;
        cause.reason = "signal";
    } else {
        const auto& first = state.process.first_signal;
        cause = cause_of_crash(state, *crashed, first ? *first : *state.process.signal);
    }
    add_evidence(state, cause);
    return cause;
}

}  // namespace pycore
