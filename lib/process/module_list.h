// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The modules of a process, put together from three witnesses, none of which tells everything:
//   NT_FILE      every mapping of a file, also of data files, and of what ld.so has forgotten
//   link_map     what ld.so loaded, with names, also where NT_FILE was lost; neither [vdso] nor deleted
//   memory       ELF headers, build-ids; the only one left where a core has lost its notes
// Each module's file is looked for, and kept only if it is the one that the process had loaded.

#include <vector>

#include "base/diagnostics.h"
#include "memory/file_memory.h"
#include "process/core_memory.h"
#include "process/module_draft.h"
#include "process/module_file_finder.h"

namespace pycore {

struct ModuleSources {
    const FileMemory& memory;  // the dump's own bytes, no module file behind them
    const SegmentMap& segments;
    const std::vector<FileMapping>& mappings;
    const AuxiliaryVector& auxiliary;
};

// Ascending and disjoint.
std::vector<ModuleDraft> find_modules(const ModuleSources& sources, ModuleFileFinder& files, Diagnostics& diagnostics);

}  // namespace pycore
