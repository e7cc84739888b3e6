// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a command line needs of the sandbox: the one thing to call before a target is read.

#include "tool.h"

namespace pycore {

// Does nothing with --no-sandbox. With --verbose it says on stderr how the process is confined.
// `output`: what is to be written; "" if nothing is, beside standard output.
void enter_sandbox_for(const Invocation& invocation, const ReadOptions& read, const std::string& output);
// The same for a command that writes to --output at most.
void enter_sandbox_for(const Invocation& invocation, const ReadOptions& read);

// The same for a process that reads targets for another one, whichever they will be: it writes no report. Says nothing.
void enter_reader_sandbox(const Invocation& invocation, const ReadOptions& read);

}  // namespace pycore
