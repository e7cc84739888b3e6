// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a core leaves out of its file mappings is read from the module files, once they are known to be
// the right ones. A private mapping of a file is dumped whole as soon as a page of it was written to
// (Linux fs/coredump.c, vma_dump_size), so
//   - pages that nobody may write are the file's, whatever became of them in the core;
//   - pages that may be written are the file's only if the dump left them out on purpose, while it did
//     dump what else was written to; in a core that was cut they are lost.

#include <string>

#include "memory/file_memory.h"
#include "process/core_memory.h"
#include "process/module_draft.h"

namespace pycore {

struct BackingRules {
    const SegmentMap& segments;
    bool writable_too = false;        // pages in an empty segment were left out on purpose
    bool writable_uncovered = false;  // so were those without a segment: gdb writes no empty ones
};

// Whether written pages of files would be in the core: its private memory that no file backs is.
bool dumps_written_memory(const std::vector<LoadSegment>& segments, const std::vector<FileMapping>& mappings);

// Puts `draft`'s file behind `memory`. Needs seal().
void back_by_file(const ModuleDraft& draft, const BackingRules& rules, FileMemory& memory);

}  // namespace pycore
