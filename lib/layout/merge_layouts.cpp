// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/merge_layouts.h"

#include <map>

namespace pycore::layout {
namespace {

// By how much a group of `own` is shifted against the table; nullopt: not one and the same everywhere.
using Shifts = std::map<std::string_view, std::optional<std::int64_t>>;

bool is_size(const FieldInfo& info) { return info.field == "size" || info.field.ends_with("_size"); }

Shifts find_shifts(const RuntimeLayout& own, const RuntimeLayout& table) {
    std::map<std::string, std::uint32_t> own_offsets;
    for_each_field(own, [&](const FieldInfo& info, const Offset& offset) {
        if (offset) own_offsets[std::string(info.group) + "." + std::string(info.field)] = *offset;
    });
    Shifts shifts;
    for_each_field(table, [&](const FieldInfo& info, const Offset& offset) {
        if (!offset || is_size(info)) return;
        const auto mine = own_offsets.find(std::string(info.group) + "." + std::string(info.field));
        if (mine == own_offsets.end()) return;
        const std::int64_t shift = std::int64_t{mine->second} - *offset;
        const auto [entry, first] = shifts.emplace(info.group, shift);
        if (!first && entry->second != shift) entry->second.reset();
    });
    return shifts;
}

bool ends_with_object(std::string_view group) { return group.ends_with("_object"); }

}  // namespace

RuntimeLayout merge_with_table(const RuntimeLayout& own, const RuntimeLayout& table) {
    const Shifts shifts = find_shifts(own, table);
    const std::int64_t header_growth = std::int64_t{own.pyobject.size.value_or(16)} - table.pyobject.size.value_or(16);
    const auto shift_of = [&](std::string_view group) -> std::optional<std::int64_t> {
        const auto known = shifts.find(group);
        if (known == shifts.end()) return ends_with_object(group) ? header_growth : 0;
        if (!known->second || (*known->second != 0 && !ends_with_object(group))) return std::nullopt;
        return known->second;
    };
    RuntimeLayout merged = table;
    for_each_field(merged, [&](const FieldInfo& info, Offset& offset) {
        if (!offset) return;
        // A structure that is larger at its end is not laid out anew; its own size is overlaid below.
        if (is_size(info) && !ends_with_object(info.group)) return;
        const auto shift = shift_of(info.group);
        if (shift) {
            offset = static_cast<std::uint32_t>(*offset + *shift);
        } else {
            offset.reset();
        }
    });
    overlay(merged, own);
    return merged;
}

}  // namespace pycore::layout
