// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The committed layouts of lib/layout/tables/, keyed by full version; tools/dev/make-layout-table
// makes them. Through 3.12 they are what a core without DWARF is read by; from 3.13 on they add what
// _Py_DebugOffsets leaves out.

#include <optional>

#include "layout/python_version.h"
#include "layout/runtime_layout.h"

namespace pycore::layout {

struct LayoutTable {
    PythonVersion version;  // of the table: the one asked for, or its nearest patch release
    RuntimeLayout layout;
    bool exact = false;  // a table of exactly the version asked for
};

// nullopt: no table of that minor version.
std::optional<LayoutTable> find_layout_table(const PythonVersion& version);

}  // namespace pycore::layout
