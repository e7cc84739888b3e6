// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// locate_runtime answers the first two questions about a process: where is _PyRuntime, and how are
// the structures of this build laid out? Four ways lead there, tried in this order:
//   section          .PyRuntime in a module's file (3.10+)
//   symbol           _PyRuntime in its symbol table (3.8+)
//   cookie           "xdebugpy" in writable memory, without any file (3.13+)
//   thread pointers  a thread state holds its thread's FS base; from there through the interpreter
//                    to the runtime, without any file or symbol (3.8-3.12, and newer ones whose cookie is
//                    damaged)

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "layout/python_version.h"
#include "layout/runtime_layout.h"
#include "layout/versions.h"
#include "process/open_process.h"
#include "process/process_snapshot.h"

namespace pycore::layout {

struct Runtime {
    Address address;  // of _PyRuntime
    PythonVersion version;
    bool free_threaded = false;
    VersionTraits traits;
    RuntimeLayout layout;
    std::string layout_source;       // "debug_offsets", "dwarf", "table"
    std::string located_by;          // "section", "symbol", "cookie", "thread_pointers"
    const Module* module = nullptr;  // of the process; null where no mapping tells
};

// `search`: where debug files may be, for a version without a committed layout. NotFound: no CPython in
// this process. Unsupported: one that this build cannot read.
Result<Runtime> locate_runtime(const ProcessSnapshot& process, const FileSearch& search, Diagnostics& diagnostics);

}  // namespace pycore::layout
