// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The kernel's notes of a core, x86-64 (Linux include/uapi/linux/elfcore.h, arch/x86/include/asm/elf.h).
//   NT_PRSTATUS   elf_prstatus: 0 siginfo{signo,code,errno} 12 cursig u16 32 pid i32 112 registers[27]
//   NT_PRPSINFO   elf_prpsinfo: 16 uid u32 24 pid i32 28 ppid i32 40 fname[16] 56 psargs[80]
//   NT_SIGINFO    siginfo_t: 0 signo 4 errno 8 code 16 fault address | sender pid
//   NT_AUXV       pairs of u64
//   NT_FILE       u64 count, u64 page_size, count x {start, end, offset in pages}, count x path NUL

#include "base/diagnostics.h"
#include "elf/elf_notes.h"
#include "process/process_snapshot.h"

namespace pycore {

// Fills threads, signal, file_mappings, auxiliary, pid, names ... of `process`.
void read_core_notes(const ElfNotes& notes, ProcessSnapshot& process, Diagnostics& diagnostics);

}  // namespace pycore
