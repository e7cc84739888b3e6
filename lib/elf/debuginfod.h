// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// debuginfod: debug files from the servers that DEBUGINFOD_URLS names. elfutils' client library is
// loaded when it is first asked; without it nothing is found.

#include <optional>
#include <string>

namespace pycore {

// The path of the file in the client's cache. Blocks on the network; DEBUGINFOD_TIMEOUT bounds it.
std::optional<std::string> fetch_debug_file(const std::string& build_id);

// The folder that the client keeps files in, made if it is not there; nullopt if it cannot be.
std::optional<std::string> prepare_debuginfod_cache();

}  // namespace pycore
