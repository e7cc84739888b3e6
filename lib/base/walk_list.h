// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// walk_list follows a linked list of the dump. A cycle, a list longer than `limit` and an unreadable
// node end the walk with an Error; what was visited before stays visited.

#include <cstddef>
#include <string>
#include <unordered_set>

#include "base/address.h"
#include "base/result.h"

namespace pycore {

// `visit(Address node)` -> Result<Address>: reads the node and returns the next one; null ends the list.
// `what` names the list in errors: "thread states of interpreter 0".
template <typename Visit>
Result<void> walk_list(Address head, std::size_t limit, const std::string& what, Visit&& visit) {
    std::unordered_set<Address> seen;
    for (Address node = head; node;) {
        if (!seen.insert(node).second) {
            return Error{ErrorCode::Corrupt, what + " run in a circle at " + to_string(node), node};
        }
        if (seen.size() > limit) {
            return Error{ErrorCode::Limit, what + " are more than " + std::to_string(limit), node};
        }
        Result<Address> next = visit(node);
        if (!next) return std::move(next).error();
        node = *next;
    }
    return {};
}

}  // namespace pycore
