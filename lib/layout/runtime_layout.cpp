// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/runtime_layout.h"

namespace pycore::layout {

void overlay(RuntimeLayout& layout, const RuntimeLayout& other) {
#define LAYOUT_GROUP(group, types)
#define LAYOUT_FIELD(group, field, since, paths) \
    if (other.group.field) layout.group.field = other.group.field;
#define LAYOUT_GROUP_END(group)
#include "layout/layout_fields.def"
}

std::string to_text(const RuntimeLayout& layout) {
    std::string text;
    for_each_field(layout, [&](const FieldInfo& info, const Offset& offset) {
        if (!offset) return;
        text.append(info.group).append(".").append(info.field);
        text.append(" ").append(std::to_string(*offset)).append("\n");
    });
    return text;
}

}  // namespace pycore::layout
