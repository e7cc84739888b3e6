// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// core_process reads an ELF core of x86-64 Linux, written by the kernel, gdb's gcore, elfutils or
// systemd: program headers, notes, memory and modules.

#include "process/core_file.h"
#include "process/open_process.h"

namespace pycore {

// Files are looked for in the bundle first that the core came in.
Result<ProcessSnapshot> open_core(const CoreFile& core, FileSearch search, Diagnostics& diagnostics);

}  // namespace pycore
