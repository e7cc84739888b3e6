// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What the C library's last words say about the way of dying: they are there where its functions have no names.

#include <string_view>

namespace pycore {

// "assertion", "heap_corruption", "stack_smashing", as CrashCause::reason; "" if they tell nothing.
std::string_view abort_reason(std::string_view message);

}  // namespace pycore
