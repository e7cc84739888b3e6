// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// _Py_DebugOffsets tells most of a layout and leaves some fields out. merge_with_table adds those from
// a committed table, but only where the two agree on what both know.

#include "layout/runtime_layout.h"

namespace pycore::layout {

// `own` is what the process says of itself. Fields that only `table` has are taken if every offset of
// their group that both have is the same; in groups of objects, whose header is longer in free-threaded
// builds, a difference that is the same everywhere is a shift. Other fields stay unknown.
RuntimeLayout merge_with_table(const RuntimeLayout& own, const RuntimeLayout& table);

}  // namespace pycore::layout
