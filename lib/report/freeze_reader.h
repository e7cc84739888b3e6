// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Reads what `pycore freeze --format=json` said, also as index.json beside the files. Untrusted input.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pycore {

// What an index says of one process.
struct IndexedProcess {
    std::int64_t pid = 0;
    std::optional<std::int64_t> rank;
    std::optional<std::string> host;   // the node's name, if it has one
    std::optional<std::string> file;   // nullopt: it was not frozen
    std::optional<std::string> error;  // why not
};

Result<std::vector<IndexedProcess>> read_freeze_json(std::string_view document);

}  // namespace pycore
