// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ByteSink takes a file piece by piece, so that its writer never has all of it in memory. After an Error it is not
// called again.

#include <functional>
#include <string_view>

#include "base/result.h"

namespace pycore {

using ByteSink = std::function<Result<void>(std::string_view)>;

// Writes a whole file into a sink.
using FileContent = std::function<Result<void>(const ByteSink&)>;

}  // namespace pycore
