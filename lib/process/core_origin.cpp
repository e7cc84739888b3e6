// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_origin.h"

#include <elf.h>

#include <algorithm>
#include <csignal>

namespace pycore {
namespace {

// Kernel cores align segments to pages, gdb's do not.
bool has_unaligned_segments(const CoreHeaders& headers) {
    return std::any_of(headers.segments.begin(), headers.segments.end(),
                       [](const ElfSegment& segment) { return segment.type == PT_LOAD && segment.alignment == 1; });
}

// Under gdb a stop at a breakpoint, at a keypress or by gdb itself is no death.
bool ends_a_process(int number) {
    switch (number) {
        case SIGSEGV:
        case SIGBUS:
        case SIGFPE:
        case SIGILL:
        case SIGABRT:
        case SIGSYS: return true;
        default: return false;
    }
}

}  // namespace

std::string find_producer(const CoreHeaders& headers, const CoreNotes& notes) {
    const bool counts_bytes = notes.file_page_size == 1U;
    if (has_unaligned_segments(headers)) {
        return notes.process_first || counts_bytes || notes.threads.empty() ? "gdb" : "unknown";
    }
    return notes.threads.empty() || notes.process_first || counts_bytes ? "unknown" : "kernel";
}

std::optional<CoreSignal> find_signal(const std::string& producer, const CoreNotes& notes) {
    if (notes.threads.empty()) return std::nullopt;
    const Thread& first = notes.threads.front();
    if (first.signal_number == 0) return std::nullopt;
    if (producer != "kernel" && !ends_a_process(first.signal_number)) return std::nullopt;
    SignalInfo signal{first.signal_number, {}, {}, {}};
    const auto& told = notes.signals.front();
    if (told && told->number == first.signal_number) signal = *told;
    return CoreSignal{signal, first.tid};
}

}  // namespace pycore
