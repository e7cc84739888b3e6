// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The layout that the DWARF of one file tells: the interpreter's own, or its debug file. Whoever calls
// this has made sure that the file is of the build in question (its build-id).

#include <memory>

#include "elf/elf_file.h"
#include "layout/runtime_layout.h"

namespace pycore::layout {

// NotFound: the file has no DWARF of CPython.
Result<RuntimeLayout> read_dwarf_layout(std::shared_ptr<const ElfFile> file);

}  // namespace pycore::layout
