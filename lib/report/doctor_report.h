// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `pycore doctor` answers: one line or one object a finding.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/finding.h"

namespace pycore {

std::string write_doctor_text(const std::vector<Finding>& findings, bool color);
// `pid`: the process that was looked at, if one was.
std::string write_doctor_json(const std::vector<Finding>& findings, std::optional<std::int64_t> pid,
                              std::string_view tool_version);

}  // namespace pycore
