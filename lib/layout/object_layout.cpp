// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/object_layout.h"

namespace pycore::layout {
namespace {

constexpr std::uint32_t kUsualHeader = 16;

void place_types(const RuntimeLayout& layout, ObjectLayout& objects) {
    objects.type_base = objects.header + 240;
    objects.type_dict = objects.header + 248;
    const auto keys = layout.heap_type_object.ht_cached_keys;
    if (keys) objects.type_qualname = *keys - 8;
}

void place_containers(const RuntimeLayout& layout, int minor, ObjectLayout& objects) {
    const std::uint32_t header = objects.header;
    objects.float_value = layout.float_object.ob_fval.value_or(header);
    objects.list_items = layout.list_object.ob_item.value_or(header + 8);
    objects.tuple_items = layout.tuple_object.ob_item.value_or(header + (minor >= 14 ? 16 : 8));
    objects.set_used = layout.set_object.used.value_or(header + 8);
    objects.set_mask = layout.set_object.mask.value_or(header + 16);
    objects.set_table = layout.set_object.table.value_or(header + 24);
    objects.bytearray_start = header + 24;
}

// Include/cpython/funcobject.h, Objects/moduleobject.c, Include/cpython/pyerrors.h, Include/cpython/genobject.h
void place_names(int minor, ObjectLayout& objects) {
    const std::uint32_t header = objects.header;
    objects.function_qualname = header + (minor < 10 ? 88 : 24);
    objects.module_name = header + (minor < 15 ? 32 : 24);
    objects.exception_args = header + 8;
    const std::uint32_t generator_name = minor < 10 ? 32 : minor == 10 ? 24 : minor == 11 ? 16 : 8;
    objects.generator_qualname = header + generator_name + 8;
}

// co_argcount, co_posonlyargcount and co_kwonlyargcount follow each other.
void place_code(const RuntimeLayout& layout, int minor, ObjectLayout& objects) {
    const std::uint32_t header = objects.header;
    const std::uint32_t arguments = layout.code_object.argcount.value_or(header);
    objects.keyword_only_count = arguments + 8;
    if (minor >= 11) {
        objects.code_flags = header + 32;
        return;
    }
    objects.code_flags = arguments + 20;
    objects.variable_names = arguments + 56;
    objects.free_names = arguments + 64;
    objects.cell_names = arguments + 72;
    // f_lasti, f_lineno, f_iblock, f_executing, then f_blockstack: 20 of 12 bytes.
    if (layout.frame_object.f_lasti) objects.frame_slots = *layout.frame_object.f_lasti + 256;
}

}  // namespace

ObjectLayout object_layout(const RuntimeLayout& layout, const VersionTraits& traits) {
    ObjectLayout objects;
    objects.header = layout.pyobject.size.value_or(kUsualHeader);
    place_types(layout, objects);
    place_containers(layout, traits.minor, objects);
    place_names(traits.minor, objects);
    place_code(layout, traits.minor, objects);
    return objects;
}

}  // namespace pycore::layout
