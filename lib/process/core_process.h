// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// core_process reads an ELF core of x86-64 Linux, written by the kernel, gdb's gcore, elfutils or
// systemd: program headers, notes, memory and modules.

#include <memory>

#include "base/mapped_file.h"
#include "process/open_process.h"

namespace pycore {

Result<ProcessSnapshot> open_core(const std::shared_ptr<const MappedFile>& file, const FileSearch& search,
                                  Diagnostics& diagnostics);

}  // namespace pycore
