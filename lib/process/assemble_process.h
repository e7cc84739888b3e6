// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What every source of a process has in common: from pieces of memory and the tables beside them (notes of
// a core, files of /proc) to modules with their files, and the executable.

#include <memory>
#include <vector>

#include "base/diagnostics.h"
#include "process/core_memory.h"
#include "process/file_search.h"
#include "process/process_snapshot.h"

namespace pycore {

struct MemoryParts {
    std::vector<LoadSegment> segments;
    SegmentMap by_address;       // filled by assemble_process()
    bool segments_lost = false;  // some memory is there, but it is not known where
};

// `process` has its threads, file mappings and auxiliary vector; it gets modules, executable, memory and how much of
// that is mapped.
void assemble_process(MemoryParts parts, std::shared_ptr<FileMemory> memory, const FileSearch& search,
                      ProcessSnapshot& process, Diagnostics& diagnostics);

}  // namespace pycore
