// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// repair_layout puts a damaged _Py_DebugOffsets right by the committed table of the same minor version.
// Within a minor version the released patches differ in the sizes of their largest structures only (see
// lib/layout/tables/). So an offset or two that differ are damage; many are a build of its own, and its own
// word is believed.

#include <string>
#include <vector>

#include "layout/runtime_layout.h"

namespace pycore::layout {

// Returns the fields that were put right, such as "code_object.name"; empty if none.
std::vector<std::string> repair_layout(RuntimeLayout& own, const RuntimeLayout& table);

}  // namespace pycore::layout
