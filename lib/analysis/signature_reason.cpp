// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature_reason.h"

#include <algorithm>
#include <cctype>

#include "analysis/abort_reason.h"
#include "analysis/crash_cause.h"
#include "analysis/crash_site.h"

namespace pycore {
namespace {

const ThreadState* crashed_thread(const ProcessState& state) {
    const auto found = std::find_if(state.threads.begin(), state.threads.end(),
                                    [](const ThreadState& thread) { return thread.crashed; });
    return found == state.threads.end() ? nullptr : &*found;
}

bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x';
}

// The address that could not be accessed is where the code was to be found.
bool is_jump(const ProcessState& state, const ThreadState& thread) {
    const SignalState& signal = state.process.first_signal ? *state.process.first_signal : *state.process.signal;
    if (signal.name != "SIGSEGV" && signal.name != "SIGBUS") return false;  // others tell where the instruction is
    const auto& frames = thread.stack.frames;
    const auto site = std::find_if(frames.begin(), frames.end(), [](const MergedFrame& f) { return f.crash_site; });
    return site != frames.end() && site->native && signal.address && signal.address == site->native->pc;
}

// "python3: matrix.c:42: solve: Assertion `n > 0' failed." without the program, the line and the numbers.
std::string plain_message(std::string_view message) {
    const std::size_t quote = message.find(": Assertion `");
    if (quote != std::string_view::npos) {
        message.remove_prefix(quote + 2);
        return std::string(message.substr(0, message.rfind("' failed") + 1));
    }
    return without_numbers(message.substr(0, message.find('\n')));
}

SignatureReason aborted(const ProcessState& state, const CrashCause& cause) {
    SignatureReason reason;
    const std::string_view said = abort_reason(state.process.abort_message.value_or(""));
    reason.kind = said.empty() ? cause.reason : std::string(said);
    if (reason.kind == "abort") reason.kind = state.process.signal->name;
    std::replace(reason.kind.begin(), reason.kind.end(), '_', ' ');
    if (cause.exception) reason.kind += " " + *cause.exception;
    reason.text = reason.kind;
    if (cause.message) reason.text += ": " + plain_message(*cause.message);
    if (state.process.abort_message) reason.text += ": " + plain_message(*state.process.abort_message);
    reason.heap_corruption = reason.kind == "heap corruption";
    return reason;
}

}  // namespace

std::string without_numbers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const bool starts_word = i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1]));
        if (starts_word && text[i] >= '0' && text[i] <= '9') {
            while (i < text.size() && is_number_character(text[i])) ++i;
            out += 'N';
        } else {
            out += text[i++];
        }
    }
    return out;
}

SignatureReason signature_reason(const ProcessState& state) {
    const auto cause = state.cause ? state.cause : find_crash_cause(state);
    SignatureReason reason;
    const ThreadState* thread = crashed_thread(state);
    if (!cause || !state.process.signal || thread == nullptr || cause->reason == "killed") {
        reason.is_hang = true;
        reason.text = reason.kind = "hang";
        return reason;
    }
    const std::string& signal = state.process.signal->name;
    if (signal == "SIGABRT") return aborted(state, *cause);
    reason.kind = reason.text = signal;
    reason.stack_overflow = cause->reason == "stack_overflow";
    if (reason.stack_overflow) reason.kind = reason.text = "stack overflow";
    if (is_jump(state, *thread)) reason.kind = reason.text = signal + ", jump";
    if (cause->address_class) reason.text += ", " + *cause->address_class;
    return reason;
}

}  // namespace pycore
