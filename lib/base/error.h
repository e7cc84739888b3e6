// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Error is a value: what went wrong with which thing, where, and the way out. Its message finishes
// the sentence "pycore stacks: core.4242: ..." - lower case, no full stop. Exceptions of foreign
// libraries are turned into one in the file that calls the library.

#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace pycore {

enum class ErrorCode {
    Absent,           // mapped in the process, but the dump left the bytes out
    Unmapped,         // no mapping of the process holds the address
    Corrupt,          // the bytes are there and cannot be what they should be
    Unsupported,      // sound, but more than this build knows
    NotFound,         // a file, symbol or structure that is not there
    Io,               // the operating system said no
    Limit,            // a bound of ours was reached
    InvalidArgument,  // the caller's fault
};

// The spelling of JSON diagnostics: "absent", "unmapped", ...
std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Corrupt;
    std::string message;
    std::optional<Address> address;

    // Puts a breadcrumb in front: "reading frame 7 of thread 4242: ...".
    Error with_context(std::string_view context) &&;
    Error with_context(std::string_view context) const&;
};

}  // namespace pycore
