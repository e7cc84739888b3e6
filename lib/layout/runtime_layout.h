// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// RuntimeLayout is where the fields of CPython's structures lie in one build: offsets in bytes, each
// of them optional, because no source knows all. The struct is expanded from layout_fields.def, so
// layout.thread_state.current_frame is what _Py_DebugOffsets calls it. What the bytes *mean* is not
// here: versions.h has that. Used by locate_runtime, which fills it, and by python/, which reads by it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pycore::layout {

// nullopt: this version has no such field, or the source of the layout does not tell it.
using Offset = std::optional<std::uint32_t>;

struct RuntimeLayout {
#define LAYOUT_GROUP(group, types) struct group##_offsets {
#define LAYOUT_FIELD(group, field, since, paths) Offset field{};
#define LAYOUT_GROUP_END(group)                              \
    bool operator==(const group##_offsets&) const = default; \
    }                                                        \
    group;
#include "layout/layout_fields.def"

    bool operator==(const RuntimeLayout&) const = default;
};

// One row of layout_fields.def.
struct FieldInfo {
    std::string_view group;
    std::string_view field;
    int since;                     // minor version whose _Py_DebugOffsets has it first; 0: none
    std::string_view group_types;  // C names for DWARF
    std::string_view paths;
};

// Calls visit(const FieldInfo&, Offset&) for every field, in the order of layout_fields.def.
template <typename Layout, typename Visit>
void for_each_field(Layout& layout, Visit&& visit) {
    std::string_view group_types;
#define LAYOUT_GROUP(group, types) group_types = types;
#define LAYOUT_FIELD(group, field, since, paths) \
    visit(FieldInfo{#group, #field, since, group_types, paths}, layout.group.field);
#define LAYOUT_GROUP_END(group)
#include "layout/layout_fields.def"
}

// Takes every field that `other` knows.
void overlay(RuntimeLayout& layout, const RuntimeLayout& other);

// "thread_state.prev 0\n...": every known field, a line each.
std::string to_text(const RuntimeLayout& layout);

}  // namespace pycore::layout
