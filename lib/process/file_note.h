// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// NT_FILE: which files are mapped where (Linux fs/binfmt_elf.c, fill_files_note).
//   u64 count, u64 page_size, count x {u64 begin, end, offset in pages}, count x path NUL
// page_size is 4096 from the kernel; gdb counts in bytes and writes 1.

#include <span>

#include "process/core_notes.h"

namespace pycore {

// Adds the mappings that make sense to `notes`; false if others are there too.
bool read_file_note(std::span<const std::byte> description, CoreNotes& notes);

}  // namespace pycore
