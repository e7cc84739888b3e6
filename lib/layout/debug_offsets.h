// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// _Py_DebugOffsets: the table with which CPython 3.13+ begins _PyRuntime and describes itself
// (Include/internal/pycore_debug_offsets.h). All fields are u64:
//   0 cookie "xdebugpy"   8 version hex   16 free_threaded   24 offsets, in the order of layout_fields.def
// The table is input like any other: it is only parsed here, validate_layout() judges it.

#include <cstddef>
#include <span>

#include "base/result.h"
#include "layout/python_version.h"
#include "layout/runtime_layout.h"

namespace pycore::layout {

inline constexpr std::string_view kDebugOffsetsCookie = "xdebugpy";

struct DebugOffsets {
    PythonVersion version;
    bool free_threaded = false;
    RuntimeLayout layout;
};

// Bytes of the table of a minor version: 584, 760 and 888 for 3.13, 3.14 and 3.15. A version newer
// than known has at least what the newest one has.
std::size_t debug_offsets_size(int minor);
inline constexpr std::size_t kMaxDebugOffsetsSize = 888;

// Corrupt: no table, or cut. Unsupported: the version has none.
Result<DebugOffsets> parse_debug_offsets(std::span<const std::byte> bytes);

}  // namespace pycore::layout
