// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The facade: open -> read -> conclude. One call turns a path into a ProcessState that a report
// prints. What a question does not need is not read.

#include <functional>
#include <string>
#include <vector>

#include "freeze/capture.h"
#include "process/core_file.h"
#include "process/open_process.h"
#include "python/locals_depth.h"
#include "state/process_state.h"

namespace pycore {

// How far to read; each level includes those before it.
enum class ReadDepth {
    Process,  // notes, mappings, modules: pycore modules
    Python,   // interpreters, thread states, GIL: pycore gil
    Stacks,   // frames of every kind, merged: pycore stacks, threads, info
};

struct ReadOptions {
    FileSearch search;
    ReadDepth depth = ReadDepth::Stacks;
    bool native = true;                                     // unwind C stacks
    bool native_lines = true;                               // DWARF lines and inlined calls
    LocalsDepth locals = LocalsDepth::None;                 // variables of Python frames
    std::function<void(bool)> around_locals = [](bool) {};  // PythonReadOptions
    bool import_names = false;   // which module each Python frame belongs to, by the process's own sys.path
    bool count_touched = false;  // tell in ProcessState::touched_bytes how much of a core was looked at
};

// An Error only where nothing can be told; otherwise losses stand in ProcessState::diagnostics.
Result<ProcessState> read_process(const std::string& path, const ReadOptions& options);

// The same of a core in hand, with the process that the answer was read from.
struct CoreReading {
    ProcessSnapshot process;
    ProcessState state;
};
Result<CoreReading> read_core(const CoreFile& core, const ReadOptions& options, Diagnostics& diagnostics);

// Whether there is a Python in a running process; nobody is stopped. An Error if it cannot be read.
Result<bool> holds_python(std::int64_t pid, const ReadOptions& read);

// A running process, made one instant of, and the answer to `read` from it. All that `read` asks for is in the
// capture, and more that others ask for.
struct LiveReading {
    Capture capture;
    ProcessState state;
};
Result<LiveReading> read_live_process(std::int64_t pid, const ReadOptions& read, const CaptureOptions& options);

// The version of this build: "0.1.0".
std::string_view version();

}  // namespace pycore
