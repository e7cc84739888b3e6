// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Whether a file on this machine is the one that the process had loaded. By build-id where the core
// has one. Without (its page is not in the core, or the linker wrote none: uv's builds, musl), by all
// that the core holds of the file: program headers, the pages that nobody writes, sizes in the dynamic
// section, and how its segments were mapped. One disagreement is enough to refuse it.

#include "elf/elf_file.h"
#include "memory/file_memory.h"
#include "process/module_draft.h"

namespace pycore {

// BuildId, Unverified or Mismatch. `memory` without module files behind it.
ModuleMatch match_file(const ElfFile& file, const ModuleDraft& draft, const FileMemory& memory);

}  // namespace pycore
