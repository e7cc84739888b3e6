// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/open_process.h"

#include "process/core_process.h"

namespace pycore {

Result<ProcessSnapshot> open_process(const std::string& path, const FileSearch& search, Diagnostics& diagnostics) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    return open_core(*std::move(file), search, diagnostics);
}

}  // namespace pycore
