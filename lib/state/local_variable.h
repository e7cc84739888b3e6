// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A variable of a Python frame and what it held, in words.

#include <optional>
#include <string>

#include "base/address.h"

namespace pycore {

struct LocalVariable {
    enum class Kind {
        Argument,
        Local,
        Cell,  // that inner functions see as well
        Free,  // of an outer function
    };

    std::string name;
    Kind kind = Kind::Local;
    std::optional<std::string> type;   // "int", "collections.deque", "__main__.Worker"
    std::optional<std::string> value;  // as repr() has it, cut; nullopt: it could not be read
    std::optional<Address> address;    // of the object; nullopt: the slot itself holds the value
};

}  // namespace pycore
