// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature_reason.h"

#include <algorithm>
#include <cctype>

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

SignatureReason aborted(const CrashCause& cause, const std::string& signal) {
    SignatureReason reason;
    reason.kind = cause.reason == "abort" ? signal : cause.reason;
    reason.text = reason.kind;
    reason.heap_corruption = cause.reason == "heap_corruption";
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
    if (signal == "SIGABRT") return aborted(*cause, signal);
    reason.kind = reason.text = signal;
    reason.stack_overflow = cause->reason == "stack_overflow";
    if (reason.stack_overflow) reason.kind = reason.text = "stack overflow";
    if (cause->address_class) reason.text += ", " + *cause->address_class;
    return reason;
}

}  // namespace pycore
