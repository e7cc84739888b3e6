// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Zstandard in frames of 128 KiB with a table of them at the end, in the "seekable" format 0.1.0 of the zstd
// project: `zstd -d` unpacks it like any other, and a reader can begin in the middle.

#include <string>
#include <string_view>

#include "base/result.h"

namespace pycore {

Result<std::string> compress_seekable(std::string_view bytes);

}  // namespace pycore
