// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/host.h"

#include <unistd.h>

#include <cstdlib>

namespace pycore {

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

std::optional<std::string> own_variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> own_node() { return own_variable("SLURMD_NODENAME"); }

}  // namespace pycore
