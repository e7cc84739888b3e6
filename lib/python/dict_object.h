// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Readers of dict objects and of instance attributes, of all versions: combined and split tables,
// values in the object, before it, or in a dict (Objects/dictobject.c).

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "python/text_object.h"

namespace pycore {

inline constexpr std::size_t kMaxDictEntries = 1U << 20;

// In the order of insertion, but for split tables. `visit(key, value)` returns false to stop. Values
// are never null.
Result<void> for_each_item(const Remote& remote, TypeObjects& types, Address dict,
                           const std::function<bool(Address key, Address value)>& visit);

// The first items in the order of insertion, without reading the others.
struct DictPrefix {
    std::vector<std::pair<Address, Address>> items;
    std::uint64_t count = 0;  // of all items
};
Result<DictPrefix> read_first_items(const Remote& remote, TypeObjects& types, Address dict, std::size_t max_items);

// The value of a str key. An empty optional: the dict has no such key.
Result<std::optional<Address>> find_item(const Remote& remote, TypeObjects& types, Address dict, std::string_view key);

// An attribute that `object` itself holds (not its class).
Result<std::optional<Address>> find_attribute(const Remote& remote, TypeObjects& types, Address object,
                                              std::string_view name);

}  // namespace pycore
