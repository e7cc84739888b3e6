// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `pycore freeze` answers: one line or one object a process.

#include <string>
#include <string_view>
#include <vector>

#include "state/freeze_result.h"

namespace pycore {

std::string write_freeze_text(const std::vector<FreezeResult>& results);
std::string write_freeze_json(const FreezeDocument& document, std::string_view tool_version);

}  // namespace pycore
