// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// PyDictKeysObject (Objects/dictobject.c, Include/internal/pycore_dict.h): a header, then indices, then
// entries in the order of insertion.
//   <= 3.10  dk_size slots of 1, 2, 4 or 8 bytes, then {hash, key, value}
//   3.11+    1 << dk_log2_index_bytes bytes, then {hash, key, value} (dk_kind 0) or {key, value} (1, 2)
// The values of a split table stand in an array of their own, one for each entry.
#include "python/dict_object.h"

#include <fmt/format.h>

#include <algorithm>

namespace pycore {
namespace {

using Visit = std::function<bool(Address, Address)>;

constexpr std::size_t kGeneralEntry = 24;  // {hash, key, value}
constexpr std::size_t kUnicodeEntry = 16;  // {key, value}
constexpr std::uint8_t kGeneralKind = 0;
constexpr std::uint8_t kMaxLog2 = 32;
constexpr std::int64_t kMaxInMemory = std::int64_t{1} << 40;  // entries
constexpr std::size_t kMaxSearched = 4096;  // entries for the first items: deleted ones come first in a queue

struct KeyTable {
    Address entries;
    std::size_t count = 0;
    std::size_t entry_size = 0;
    std::size_t key_offset = 0;  // in an entry; the value follows
};

Error damaged(Address keys) {
    return {ErrorCode::Corrupt, "the keys of a dict at " + to_string(keys) + " are damaged", keys};
}

// Bytes of one index of a table of `size` slots (<= 3.10).
std::size_t index_width(std::int64_t size) {
    if (size <= 0xff) return 1;
    if (size <= 0xffff) return 2;
    return size <= 0xffffffff ? 4 : 8;
}

Result<KeyTable> read_key_table(const Remote& remote, Address keys, std::int64_t max_entries) {
    const auto& fields = remote.layout.dict_keys;
    if (!fields.dk_indices) return Error{ErrorCode::Unsupported, "the layout of this Python lacks dict_keys", {}};
    const auto header = RemoteStruct::read(remote.memory, keys, *fields.dk_indices, "PyDictKeysObject");
    if (!header) return header.error();
    const auto count = header->value<std::int64_t>(fields.dk_nentries);
    if (!count || *count < 0) return damaged(keys);
    if (*count > max_entries) {
        return Error{ErrorCode::Limit, fmt::format("a dict has {} entries; they are not searched", *count), keys};
    }
    KeyTable table{{}, static_cast<std::size_t>(*count), kGeneralEntry, 8};
    std::uint64_t index_bytes = 0;
    if (remote.traits.dict_keys_form == layout::DictKeysForm::Log2) {
        const auto log2 = header->value<std::uint8_t>(fields.dk_log2_index_bytes);
        const auto kind = header->value<std::uint8_t>(fields.dk_kind);
        if (!log2 || !kind || *log2 > kMaxLog2) return damaged(keys);
        index_bytes = std::uint64_t{1} << *log2;
        if (*kind != kGeneralKind) {
            table.entry_size = kUnicodeEntry;
            table.key_offset = 0;
        }
    } else {
        const auto size = header->value<std::int64_t>(fields.dk_size);
        if (!size || *size <= 0 || *size > std::int64_t{1} << kMaxLog2) return damaged(keys);
        index_bytes = static_cast<std::uint64_t>(*size) * index_width(*size);
    }
    table.entries = keys + *fields.dk_indices + index_bytes;
    return table;
}

// `values`: of a split table; null for a combined one.
Result<void> visit_entries(const Remote& remote, Address keys, Address values, const Visit& visit) {
    const auto table = read_key_table(remote, keys, kMaxDictEntries);
    if (!table) return table.error();
    if (!ReadBudget::take(remote.budget.dict_entries, table->count)) {
        return Error{ErrorCode::Limit, "the dicts of this process are too large to be searched", keys};
    }
    const auto entries =
        RemoteStruct::read(remote.memory, table->entries, table->count * table->entry_size, "entries of a dict");
    if (!entries) return entries.error();
    for (std::size_t i = 0; i < table->count; ++i) {
        const auto at = static_cast<std::uint32_t>(i * table->entry_size + table->key_offset);
        const auto key = *entries->pointer(at);
        if (!key) continue;
        auto value = *entries->pointer(at + 8);
        if (values) {
            const auto split = read_address(remote.memory, values + 8 * i);
            if (!split) return split.error();
            value = *split;
        }
        if (value && !visit(key, value)) return {};
    }
    return {};
}

Result<std::pair<Address, Address>> read_entry(const Remote& remote, const KeyTable& table, Address values,
                                               std::size_t index) {
    const auto entry = RemoteStruct::read(remote.memory, table.entries + index * table.entry_size, table.entry_size,
                                          "an entry of a dict");
    if (!entry) return entry.error();
    const auto at = static_cast<std::uint32_t>(table.key_offset);
    const Address key = *entry->pointer(at);
    if (!values) return std::pair(key, *entry->pointer(at + 8));
    const auto value = read_address(remote.memory, values + 8 * index);
    if (!value) return value.error();
    return std::pair(key, *value);
}

// Which entries the items of a split table are, oldest first (Include/internal/pycore_dict.h).
//   3.11, 3.12  bytes in front of the values: -1 their number, -2 the number of items, -3, -4, ... the entries
//   3.13+       capacity u8, size u8, ..., values[capacity], the entries as bytes
Result<std::vector<std::uint8_t>> read_insertion_order(const Remote& remote, Address values) {
    const bool in_front = remote.traits.managed_attributes == layout::ManagedAttributes::ValuesAndDict ||
                          remote.traits.managed_attributes == layout::ManagedAttributes::TaggedWord;
    const auto size = read_value<std::uint8_t>(remote.memory, in_front ? values - 2 : values + 1);
    const auto capacity =
        in_front ? Result<std::uint8_t>(std::uint8_t{0}) : read_value<std::uint8_t>(remote.memory, values);
    if (!size) return size.error();
    if (!capacity) return capacity.error();
    std::vector<std::uint8_t> order(*size);
    const Address first =
        in_front ? values - 2 - *size : values + remote.layout.dict_values.values.value_or(8) + 8ULL * *capacity;
    if (auto done = remote.memory.read(first, std::as_writable_bytes(std::span(order))); !done) {
        return std::move(done).error();
    }
    if (in_front) std::reverse(order.begin(), order.end());
    return order;
}

Result<void> take_in_order(const Remote& remote, const KeyTable& table, Address values, std::size_t max_items,
                           DictPrefix& prefix) {
    const auto order = read_insertion_order(remote, values);
    if (!order) return order.error();
    const Address array = values + remote.layout.dict_values.values.value_or(0);
    for (const std::uint8_t index : *order) {
        if (prefix.items.size() == max_items) break;
        if (index >= table.count) return damaged(table.entries);
        const auto entry = read_entry(remote, table, array, index);
        if (!entry) return entry.error();
        if (entry->first && entry->second) prefix.items.push_back(*entry);
    }
    return {};
}

Result<void> take_by_entries(const Remote& remote, const KeyTable& table, Address values, std::size_t max_items,
                             DictPrefix& prefix) {
    const std::size_t end = std::min(table.count, kMaxSearched);
    for (std::size_t i = 0; i < end && prefix.items.size() < max_items; ++i) {
        const auto entry = read_entry(remote, table, values, i);
        if (!entry) return entry.error();
        if (entry->first && entry->second) prefix.items.push_back(*entry);
    }
    return {};
}

bool is_text_of_length(const Remote& remote, Address object, std::size_t length) {
    const auto found = read_field<std::uint64_t>(remote, object, remote.layout.unicode_object.length, "length");
    return found && *found == length;
}

// A visitor that stops at the key `wanted`.
Visit find_key(const Remote& remote, TypeObjects& types, std::string_view wanted, std::optional<Address>& found) {
    return [&remote, &types, wanted, &found](Address key, Address value) {
        if (!is_text_of_length(remote, key, wanted.size())) return true;
        const auto text = read_text(remote, types, key);
        if (!text || *text != wanted) return true;
        found = value;
        return false;
    };
}

// Where the attributes of one object are: a dict, or values beside the split keys of its type.
struct AttributeHome {
    Address dict;
    Address values;
};

Result<AttributeHome> find_inline_home(const Remote& remote, const TypeInfo& type, Address object) {
    const auto dict = read_address(remote.memory, object - remote.traits.managed_dict_distance);
    if (!dict) return dict.error();
    if (*dict || !type.has_inline_values()) return AttributeHome{*dict, {}};
    const bool fixed = remote.traits.managed_attributes == layout::ManagedAttributes::InlineAtFixed;
    const Address values =
        object + (fixed ? *remote.layout.pyobject.size : static_cast<std::uint64_t>(type.basic_size));
    const auto valid = read_field<std::uint8_t>(remote, values, remote.layout.dict_values.valid, "valid");
    return AttributeHome{{}, valid && *valid != 0 ? values : Address{}};
}

Result<AttributeHome> find_managed_home(const Remote& remote, const TypeInfo& type, Address object) {
    const Address slot = object - remote.traits.managed_dict_distance;
    switch (remote.traits.managed_attributes) {
        case layout::ManagedAttributes::None: return AttributeHome{};
        case layout::ManagedAttributes::ValuesAndDict: {
            const auto dict = read_address(remote.memory, slot);
            if (!dict) return dict.error();
            const auto values = read_address(remote.memory, slot - 8);
            return AttributeHome{*dict, !*dict && values ? *values : Address{}};
        }
        case layout::ManagedAttributes::TaggedWord: {
            const auto word = read_address(remote.memory, slot);
            if (!word) return word.error();
            if ((word->value & 1) == 0) return AttributeHome{*word, {}};
            return AttributeHome{{}, *word + 1};
        }
        case layout::ManagedAttributes::InlineAtFixed:
        case layout::ManagedAttributes::InlineAtBaseSize: return find_inline_home(remote, type, object);
    }
    return AttributeHome{};
}

Result<AttributeHome> find_home(const Remote& remote, const TypeInfo& type, Address object) {
    if (type.has_managed_dict()) return find_managed_home(remote, type, object);
    if (type.dict_offset <= 0) return AttributeHome{};
    const auto dict = read_address(remote.memory, object + static_cast<std::uint64_t>(type.dict_offset));
    if (!dict) return dict.error();
    return AttributeHome{*dict, {}};
}

}  // namespace

Result<void> for_each_item(const Remote& remote, TypeObjects& types, Address dict, const Visit& visit) {
    const auto type = types.type_of(dict);
    if (!type) return type.error();
    if (!(*type)->is_dict()) return Error{ErrorCode::Corrupt, to_string(dict) + " is not a dict", dict};
    const auto& fields = remote.layout.dict_object;
    const auto keys = read_pointer_field(remote, dict, fields.ma_keys, "ma_keys");
    const auto values = read_pointer_field(remote, dict, fields.ma_values, "ma_values");
    if (!keys) return keys.error();
    if (!values) return values.error();
    const Address array = *values ? *values + remote.layout.dict_values.values.value_or(0) : Address{};
    return visit_entries(remote, *keys, array, visit);
}

Result<DictPrefix> read_first_items(const Remote& remote, TypeObjects& types, Address dict, std::size_t max_items) {
    const auto type = types.type_of(dict);
    if (!type) return type.error();
    if (!(*type)->is_dict()) return Error{ErrorCode::Corrupt, to_string(dict) + " is not a dict", dict};
    const auto& fields = remote.layout.dict_object;
    const auto used = read_field<std::int64_t>(remote, dict, remote.layout.pyobject.size, "ma_used");
    const auto keys = read_pointer_field(remote, dict, fields.ma_keys, "ma_keys");
    const auto values = read_pointer_field(remote, dict, fields.ma_values, "ma_values");
    if (!used) return used.error();
    if (!keys) return keys.error();
    if (!values) return values.error();
    DictPrefix prefix{{}, static_cast<std::uint64_t>(*used)};
    if (*used == 0) return prefix;
    const auto table = read_key_table(remote, *keys, kMaxInMemory);
    if (!table) return table.error();
    if (*used < 0 || static_cast<std::uint64_t>(*used) > table->count) return damaged(*keys);
    const bool ordered = *values && remote.traits.managed_attributes != layout::ManagedAttributes::None;
    auto done = ordered ? take_in_order(remote, *table, *values, max_items, prefix)
                        : take_by_entries(remote, *table, *values, max_items, prefix);
    if (!done) return std::move(done).error();
    return prefix;
}

Result<std::optional<Address>> find_item(const Remote& remote, TypeObjects& types, Address dict, std::string_view key) {
    std::optional<Address> found;
    auto done = for_each_item(remote, types, dict, find_key(remote, types, key, found));
    if (!done && !found) return std::move(done).error();
    return found;
}

Result<std::optional<Address>> find_attribute(const Remote& remote, TypeObjects& types, Address object,
                                              std::string_view name) {
    const auto type = types.type_of(object);
    if (!type) return type.error();
    const auto home = find_home(remote, **type, object);
    if (!home) return home.error();
    if (home->dict) return find_item(remote, types, home->dict, name);
    std::optional<Address> found;
    if (home->values && (*type)->cached_keys) {
        const Address array = home->values + remote.layout.dict_values.values.value_or(0);
        auto done = visit_entries(remote, (*type)->cached_keys, array, find_key(remote, types, name, found));
        if (!done && !found) return std::move(done).error();
    }
    return found;
}

}  // namespace pycore
