// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// open_process turns a path into a ProcessSnapshot. It probes what the file is; each kind of source
// has one file beside this one. Errors finish the sentence "PATH: ...".
//   a core, plain                    mapped where it lies
//   a core as .zst .lz4 .xz .gz      unpacked into a temporary file without a name (unpack/)

#include <string>

#include "base/diagnostics.h"
#include "process/file_search.h"
#include "process/process_snapshot.h"

namespace pycore {

// An Error where nothing can be told; what is missing otherwise stands in `diagnostics`.
Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics);

}  // namespace pycore
