// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// TypeObjects answers what an object is, by the flags of its type (Include/object.h, Py_TPFLAGS_*).
// Types are read once each; a type that cannot be read is remembered as unknown.

#include <unordered_map>

#include "python/remote_struct.h"

namespace pycore {

struct TypeInfo {
    Address address;
    std::uint64_t flags = 0;
    std::int64_t basic_size = 0;
    std::int64_t dict_offset = 0;
    bool named_text = false;  // calls itself "str", or may, and has its size, whatever its damaged flags say
    bool named_none = false;  // of None, which has no content; its name may be left out
    Address cached_keys;      // ht_cached_keys of a heap type; null otherwise

    bool is_int() const { return (flags >> 24 & 1) != 0; }
    bool is_list() const { return (flags >> 25 & 1) != 0; }
    bool is_tuple() const { return (flags >> 26 & 1) != 0; }
    bool is_bytes() const { return (flags >> 27 & 1) != 0; }
    bool is_text() const { return (flags >> 28 & 1) != 0 || named_text; }
    bool is_dict() const { return (flags >> 29 & 1) != 0; }
    bool is_exception() const { return (flags >> 30 & 1) != 0; }
    bool is_type() const { return (flags >> 31 & 1) != 0; }
    bool is_heap_type() const { return (flags >> 9 & 1) != 0; }
    bool has_managed_dict() const { return (flags >> 4 & 1) != 0; }
    bool has_inline_values() const { return (flags >> 2 & 1) != 0; }
};

class TypeObjects {
public:
    explicit TypeObjects(const Remote& remote) : remote_(remote) {}

    // Of the object at `object`.
    Result<const TypeInfo*> type_of(Address object);
    // Of the type at `type`.
    Result<const TypeInfo*> find_type(Address type);

    // Whether `type` is PyCode_Type. nullopt: the dump left the type out.
    std::optional<bool> is_code_type(Address type);

private:
    Result<TypeInfo> read_type(Address type) const;
    bool is_named(const RemoteStruct& type, std::string_view wanted) const;
    std::optional<bool> looks_like_code_type(Address type);

    const Remote& remote_;
    std::unordered_map<Address, Result<TypeInfo>> types_;
    std::unordered_map<Address, std::optional<bool>> code_types_;
};

}  // namespace pycore
