// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// open_process turns a path into a ProcessSnapshot. It probes what the file is; each kind of source
// has one file beside this one.

#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "process/process_snapshot.h"

namespace pycore {

// Where files that the core names are looked for.
struct FileSearch {
    std::string sysroot;                  // put before recorded paths; tried before the path itself
    std::vector<std::string> debug_dirs;  // besides /usr/lib/debug
    std::string executable;               // the program's file, wherever it is now
    bool use_debuginfod = false;
};

Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics);

}  // namespace pycore
