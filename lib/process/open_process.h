// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// open_process turns a path into a ProcessSnapshot. What the file is, process/core_file.h finds out. Errors finish
// the sentence "PATH: ...".

#include <string>

#include "base/diagnostics.h"
#include "process/file_search.h"
#include "process/process_snapshot.h"

namespace pycore {

// An Error where nothing can be told; what is missing otherwise stands in `diagnostics`.
Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics);

}  // namespace pycore
