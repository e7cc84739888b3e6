// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/open_process.h"

#include "process/core_file.h"
#include "process/core_process.h"

namespace pycore {

Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics) {
    const auto core = open_core_file(path, diagnostics);
    if (!core) return core.error();
    return open_core(*core, search, diagnostics);
}

}  // namespace pycore
