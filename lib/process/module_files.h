// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Finds the file of each module and says of which modules there is none, or another build: one
// sentence for those that matter (a thread stands in them, or they are the program), one for the rest.

#include <vector>

#include "base/diagnostics.h"
#include "memory/file_memory.h"
#include "process/module_draft.h"
#include "process/module_file_finder.h"

namespace pycore {

// Sets match, found_path, file and, where the core has none, build_id.
void open_module_files(std::vector<ModuleDraft>& drafts, ModuleFileFinder& files, const FileMemory& memory,
                       Diagnostics& diagnostics);

void tell_missing_files(const ProcessSnapshot& process, Diagnostics& diagnostics);

// Threads whose code is mapped and neither in the core nor in any module (its mapping's name was lost).
void tell_unknown_code(const ProcessSnapshot& process, const FileMemory& memory, Diagnostics& diagnostics);

}  // namespace pycore
