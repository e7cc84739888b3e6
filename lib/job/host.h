// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where we are ourselves.

#include <optional>
#include <string>

namespace pycore {

std::string host_name();
// Slurm's name of this node, if a job of Slurm's runs us: there may be several nodes on one host.
std::optional<std::string> own_node();
// A variable of our own environment; nullopt if it is not there or empty.
std::optional<std::string> own_variable(const char* name);

}  // namespace pycore
