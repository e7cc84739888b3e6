// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a file is, by its first bytes, which are unpacked if they are packed.

#include <optional>
#include <string>

#include "base/result.h"
#include "batch/target.h"

namespace pycore {

struct ProbedFile {
    std::optional<TargetKind> kind;  // nullopt: nothing that pycore reads
    bool is_index = false;           // what `pycore freeze` said about the files beside it
    std::uint64_t size_bytes = 0;
};

// An Error if it cannot be opened, or is no regular file.
Result<ProbedFile> probe_file(const std::string& path);

}  // namespace pycore
