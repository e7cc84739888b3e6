// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The C++ exception that a thread handles: thrown, and caught by a handler or by the runtime that gave up on it.

#include <optional>
#include <string>

namespace pycore {

struct ThrownException {
    std::string type;                 // demangled: "std::runtime_error"
    std::optional<std::string> text;  // what it says: what(), or the string that was thrown
};

// Whether the crashed thread has one.
struct ExceptionState {
    std::optional<ThrownException> thrown;
    bool known = false;  // true and nothing thrown: there was none
};

}  // namespace pycore
