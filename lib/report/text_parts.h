// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Phrases that text reports share. What they return is escaped.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/process_state.h"

namespace pycore {

// `1234 "MainThread"`, `1240 "python3.13"` (its name to the kernel, if Python has none)
std::string thread_label(const ThreadState& thread);
// The same for a tid; just the number if no such thread is known.
std::string thread_label(const ProcessState& state, std::int64_t tid);

// What the thread of a signal did: "crashed", or, where somebody else sent it, "took SIGABRT".
std::string death_phrase(const ProcessState& state);
// "crashed here", "main thread", "has the GIL", "waiting for ..."
std::vector<std::string> thread_flags(const ProcessState& state, const ThreadState& thread);
// "the GIL", "clock_nanosleep, held by thread 12"
std::string wait_phrase(const Wait& wait);

// "python3.13 train.py --epochs 3", shortened; the executable if there is no command line.
std::string command_phrase(const ProcessInfo& process);
// "segmentation fault in matmul, reading 0x8", "SIGSEGV (SEGV_MAPERR) at 0x8"; nullopt: no signal
std::optional<std::string> signal_phrase(const ProcessState& state);
// "CPython 3.13.5, free-threaded, debug build"
std::string runtime_phrase(const RuntimeInfo& runtime);
// "libfoo.so" of "/usr/lib/libfoo.so"
std::string_view file_name(std::string_view path);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace pycore
