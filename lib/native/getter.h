// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a small member function returns: its instructions are followed, on paper, over the memory of the process.
// what() of exceptions is such a function, and no two classes keep their text in the same place.

#include <optional>

#include "memory/memory_image.h"

namespace pycore {

// The value in rax when `function`, called with `self`, returns. nullopt: it does more than load, add, move and call
// others that do no more; or its code or what it reads is not there.
std::optional<Address> follow_getter(const MemoryImage& memory, Address function, Address self);

}  // namespace pycore
