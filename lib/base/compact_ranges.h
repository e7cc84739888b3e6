// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Sets of numbers, ranks above all, in few words. The numbers are ascending.

#include <cstdint>
#include <string>
#include <vector>

namespace pycore {

// "0-3,7" of 0 1 2 3 7.
std::string compact_ranges(const std::vector<std::int64_t>& numbers);
// The same for people: of very many pieces the first ones, and how many numbers are left out: "0-3,7,9,... and 812
// more".
std::string readable_ranges(const std::vector<std::int64_t>& numbers);

}  // namespace pycore
