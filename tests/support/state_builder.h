// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Builds ProcessState values for tests of reports, the way the facade leaves them.

#include <string>
#include <vector>

#include "state/process_state.h"

namespace pycore::test {

MergedFrame python_call(std::string qualname, std::string file, std::int64_t line);
// With columns, as CPython 3.11+ has them: 0-based bytes of one line.
MergedFrame python_call(std::string qualname, std::string file, std::int64_t line, std::int64_t column,
                        std::int64_t end_column);
MergedFrame native_call(std::string name, std::string module = "/usr/lib/libfoo.so");
MergedFrame native_call_at(std::string name, std::string file, std::int64_t line);
MergedFrame plumbing_call(std::string name);

// A thread that Python knows under `name`; frames are most recent call last.
ThreadState python_thread_state(std::int64_t tid, std::string name, std::vector<MergedFrame> frames);
// A thread that Python does not know.
ThreadState native_thread_state(std::int64_t tid, std::vector<MergedFrame> frames);

// CPython 3.13.5 with one interpreter, no thread, nothing wrong.
ProcessState python_process();
// python_process() with a segmentation fault in C code that was inlined, called from Python, one thread
// waiting for the GIL, one that Python does not know, and one diagnostic.
ProcessState crashed_process();
// A process that was dumped alive, with nothing known but its threads' ids.
ProcessState bare_process();

}  // namespace pycore::test
