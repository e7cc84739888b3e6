// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where the fields of built-in objects lie: those that values of variables are read from. They never moved
// between the patches of a minor version, so that they are facts of it, told from the end of the object header,
// which is longer in free-threaded builds. Where a RuntimeLayout has a field, that is believed instead.

#include "layout/runtime_layout.h"
#include "layout/versions.h"

namespace pycore::layout {

// Offsets in bytes from the begin of the object.
struct ObjectLayout {
    std::uint32_t header = 16;  // PyObject; the size of a variable-sized object follows

    std::uint32_t type_base = 0;        // PyTypeObject.tp_base
    std::uint32_t type_dict = 0;        // PyTypeObject.tp_dict
    Offset type_qualname;               // PyHeapTypeObject.ht_qualname
    std::uint32_t float_value = 0;      // PyFloatObject.ob_fval
    std::uint32_t list_items = 0;       // PyListObject.ob_item; `allocated` follows
    std::uint32_t tuple_items = 0;      // PyTupleObject.ob_item
    std::uint32_t set_used = 0;         // PySetObject.used
    std::uint32_t set_mask = 0;         // PySetObject.mask
    std::uint32_t set_table = 0;        // PySetObject.table
    std::uint32_t bytearray_start = 0;  // PyByteArrayObject.ob_start
    std::uint32_t function_qualname = 0;
    std::uint32_t module_name = 0;     // PyModuleObject.md_name
    std::uint32_t exception_args = 0;  // PyBaseExceptionObject.args
    std::uint32_t generator_qualname = 0;

    // Of code objects.
    std::uint32_t keyword_only_count = 0;  // co_kwonlyargcount
    std::uint32_t code_flags = 0;          // co_flags
    Offset variable_names;                 // co_varnames, co_freevars, co_cellvars (<= 3.10)
    Offset free_names;
    Offset cell_names;

    Offset frame_slots;  // PyFrameObject.f_localsplus (<= 3.10)
};

ObjectLayout object_layout(const RuntimeLayout& layout, const VersionTraits& traits);

}  // namespace pycore::layout
