// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Who wrote a core, and of what the process died.
//   kernel  NT_PRSTATUS first; the thread that took the signal is the first one, its number is in every
//           pr_cursig, what the signal carried is in the first thread's NT_SIGINFO
//   gdb     NT_PRPSINFO first, offsets of NT_FILE in bytes; a process that gdb attached to has no signal
//           (pr_cursig 0; each NT_SIGINFO tells of gdb's own stop), one that gdb ran into a signal has
//           it in every pr_cursig, and the thread that took it comes first

#include <string>

#include "process/core_headers.h"
#include "process/core_notes.h"

namespace pycore {

// "kernel", "gdb" or "unknown".
std::string find_producer(const CoreHeaders& headers, const CoreNotes& notes);

struct CoreSignal {
    SignalInfo signal;
    std::int64_t tid = 0;  // of the thread that took it
};

// nullopt: the process was alive when it was dumped, or no note says.
std::optional<CoreSignal> find_signal(const std::string& producer, const CoreNotes& notes);

}  // namespace pycore
