// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The notes of a core, x86-64 (Linux include/uapi/linux/elfcore.h, arch/x86/include/asm/elf.h), all of
// owner "CORE". A thread's notes begin with its NT_PRSTATUS.
//   NT_PRSTATUS   elf_prstatus: 0 siginfo{signo,code,errno} 12 cursig u16 32 pid i32 112 registers[27]
//   NT_PRPSINFO   elf_prpsinfo: 16 uid u32 24 pid i32 28 ppid i32 40 fname[16] 56 psargs[80]
//   NT_SIGINFO    siginfo_t: 0 signo 4 errno 8 code 16 fault address | sender pid
//   NT_AUXV       pairs of u64
//   NT_FILE       file mappings, see file_note.h
// Vector and floating-point registers (NT_FPREGSET, NT_X86_XSTATE of owner "LINUX") and all others are
// known to exist and passed over.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "process/proc_files.h"
#include "process/process_snapshot.h"
#include "process/snapshot_manifest.h"

namespace pycore {

// NT_PRPSINFO.
struct ProcessRecord {
    std::int64_t pid = 0;
    std::int64_t ppid = 0;
    std::int64_t uid = 0;
    std::string short_name;  // at most 15 bytes
    std::string arguments;   // separated by blanks, at most 79 bytes
};

struct CoreNotes {
    std::vector<Thread> threads;                     // in the core's order
    std::vector<std::optional<SignalInfo>> signals;  // NT_SIGINFO of each of `threads`
    std::optional<ProcessRecord> process;
    bool process_first = false;              // NT_PRPSINFO came before every NT_PRSTATUS, as gdb writes it
    std::vector<FileMapping> file_mappings;  // ascending
    std::optional<std::uint64_t> file_page_size;
    AuxiliaryVector auxiliary;
    bool has_auxiliary = false;
    std::optional<SnapshotManifest> snapshot;  // of pycore's own snapshots
    std::vector<ProcMapping> mappings;         // of the same: every mapping of the process
};

// The entries of NT_AUXV and of /proc/PID/auxv; false if there is none.
bool parse_auxiliary(std::span<const std::byte> entries, AuxiliaryVector& auxiliary);
// struct user_regs_struct of <sys/user.h>, as NT_PRSTATUS and PTRACE_GETREGSET have it.
std::optional<Registers> parse_registers(std::span<const std::byte> user);

// Reads the notes of one segment more into `notes`. Damaged records are told and passed over.
void parse_core_notes(std::span<const std::byte> segment, CoreNotes& notes, Diagnostics& diagnostics);

}  // namespace pycore
