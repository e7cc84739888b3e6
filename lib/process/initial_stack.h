// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The command line as the kernel laid it on the main thread's stack (fs/binfmt_elf.c,
// create_elf_tables), ascending:
//   argc | argv[argc] 0 | envp[] 0 | auxv[] AT_NULL | (padding) AT_RANDOM's 16 bytes | ... | strings
// The vector is found below AT_RANDOM; from it the walk goes down to argc, which must agree.

#include <optional>
#include <string>
#include <vector>

#include "memory/memory_image.h"
#include "process/job_variables.h"
#include "process/process_snapshot.h"

namespace pycore {

// nullopt: that part of the stack is not in the dump, or was overwritten.
std::optional<std::vector<std::string>> read_command_line(const MemoryImage& memory, const AuxiliaryVector& auxiliary);

// The variables that tell rank and job, as they were when the program was started: what it changed by itself
// (os.environ) is elsewhere. Empty if that part of the stack is not in the dump.
Environment read_job_environment(const MemoryImage& memory, const AuxiliaryVector& auxiliary);

}  // namespace pycore
