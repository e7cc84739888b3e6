// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// choose_layout decides by what a Python is read: its own _Py_DebugOffsets (3.13+), else a committed
// table of exactly its version, else DWARF of exactly its build, else the table of the nearest patch
// release. Whatever it is, it is validated here, once.

#include <memory>
#include <string>

#include "base/result.h"
#include "layout/debug_offsets.h"
#include "layout/versions.h"
#include "process/open_process.h"

namespace pycore::layout {

struct ChosenLayout {
    VersionTraits traits;
    RuntimeLayout layout;
    std::string source;  // "debug_offsets", "dwarf", "table"
    // Empty, or why self-checks should be heeded: "the layout of CPython 3.10.13 is used for 3.10.14".
    std::string doubt;
    // Empty, or what was damaged and put right: "its own table has a damaged code_object.name".
    std::string damage;
};

// From the process's own table. A version newer than known is read as the newest one, with a doubt.
Result<ChosenLayout> choose_layout(const DebugOffsets& own);

// By version. `module`'s DWARF (its own or its debug file's) is used where there is no exact table;
// `module` may be null.
Result<ChosenLayout> choose_layout(const PythonVersion& version, const Module* module, const FileSearch& search);

// "CPython 3.7 is older than this build reads (3.8 to 3.15)"
Error unsupported_version(const PythonVersion& version);

}  // namespace pycore::layout
