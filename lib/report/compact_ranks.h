// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pycore {

// "0-3,7" of 0 1 2 3 7: ascending numbers, each once.
std::string compact_ranks(const std::vector<std::int64_t>& ranks);

}  // namespace pycore
