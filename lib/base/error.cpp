// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/error.h"

#include <utility>

namespace pycore {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::Absent: return "absent";
        case ErrorCode::Unmapped: return "unmapped";
        case ErrorCode::Corrupt: return "corrupt";
        case ErrorCode::Unsupported: return "unsupported";
        case ErrorCode::NotFound: return "not_found";
        case ErrorCode::Io: return "io";
        case ErrorCode::Limit: return "limit";
        case ErrorCode::InvalidArgument: return "invalid_argument";
    }
    return "corrupt";
}

Error Error::with_context(std::string_view context) && {
    message.insert(0, ": ").insert(0, context);
    return std::move(*this);
}

Error Error::with_context(std::string_view context) const& { return Error(*this).with_context(context); }

}  // namespace pycore
