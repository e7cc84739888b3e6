// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Times as people write them: "90", "90s", "10m", "1h30m", "2d".

#include <chrono>
#include <optional>
#include <string_view>

namespace pycore {

// nullopt: it is none, or more than a hundred years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace pycore
