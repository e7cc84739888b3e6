// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// open_process turns a path into a ProcessSnapshot. It probes what the file is; each kind of source
// has one file beside this one.

#include <string>

#include "base/diagnostics.h"
#include "process/file_search.h"
#include "process/process_snapshot.h"

namespace pycore {

Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics);

}  // namespace pycore
