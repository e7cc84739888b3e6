// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SHA-256, for names that have to be the same everywhere and for ever.

#include <cstddef>
#include <string>
#include <string_view>

namespace pycore {

// Lower case, the first `digits` of 64.
std::string sha256_hex(std::string_view bytes, std::size_t digits = 64);

}  // namespace pycore
