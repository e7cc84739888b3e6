// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_notes.h"

#include <elf.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include <algorithm>
#include <csignal>

#include "base/byte_reader.h"

namespace pycore {
namespace {

Registers registers_of(const user_regs_struct& user) {
    Registers registers;
    registers.general = {user.rax, user.rdx, user.rcx, user.rbx, user.rsi, user.rdi, user.rbp, user.rsp, user.r8,
                         user.r9,  user.r10, user.r11, user.r12, user.r13, user.r14, user.r15, user.rip};
    registers.thread_pointer = Address{user.fs_base};
    const auto number = static_cast<std::int64_t>(user.orig_rax);
    if (number >= 0) registers.system_call = number;
    return registers;
}

void read_prstatus(const ElfNote& note, ProcessSnapshot& process) {
    const auto status = ByteReader(note.description).read<elf_prstatus>();
    if (!status) return;
    user_regs_struct user;
    static_assert(sizeof(user) == sizeof(status->pr_reg));
    std::memcpy(&user, &status->pr_reg, sizeof(user));
    process.threads.push_back({status->pr_pid, registers_of(user), status->pr_cursig});
}

std::string fixed_text(const char* text, std::size_t size) { return {text, strnlen(text, size)}; }

void read_prpsinfo(const ElfNote& note, ProcessSnapshot& process) {
    const auto info = ByteReader(note.description).read<elf_prpsinfo>();
    if (!info) return;
    process.pid = info->pr_pid;
    process.ppid = info->pr_ppid;
    process.uid = info->pr_uid;
    process.short_name = fixed_text(info->pr_fname, sizeof(info->pr_fname));
}

void read_siginfo(const ElfNote& note, ProcessSnapshot& process) {
    const auto number = read_at<std::int32_t>(note.description, 0);
    const auto code = read_at<std::int32_t>(note.description, 8);
    if (!number || *number == 0) return;
    SignalInfo signal{*number, code, {}, {}};
    if (code && *code > 0 && *code != SI_KERNEL) {
        if (auto address = read_at<std::uint64_t>(note.description, 16)) signal.fault_address = Address{*address};
    } else if (auto pid = read_at<std::int32_t>(note.description, 16); code && *code <= 0 && pid) {
        signal.sender_pid = *pid;
    }
    process.signal = signal;
}

void read_auxv(const ElfNote& note, ProcessSnapshot& process) {
    ByteReader reader(note.description);
    while (const auto entry = reader.read<Elf64_auxv_t>()) {
        const Address value{entry->a_un.a_val};
        switch (entry->a_type) {
            case AT_PHDR: process.auxiliary.program_headers = value; break;
            case AT_BASE: process.auxiliary.interpreter_base = value; break;
            case AT_ENTRY: process.auxiliary.entry = value; break;
            case AT_SYSINFO_EHDR: process.auxiliary.vdso = value; break;
            case AT_EXECFN: process.auxiliary.executable_name = value; break;
            default: break;
        }
    }
}

void read_file_mappings(const ElfNote& note, ProcessSnapshot& process) {
    ByteReader reader(note.description);
    const auto count = reader.read<std::uint64_t>();
    const auto page_size = reader.read<std::uint64_t>();
    if (!count || !page_size || *count > reader.remaining() / 24) return;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto begin = reader.read<std::uint64_t>();
        const auto end = reader.read<std::uint64_t>();
        const auto offset = reader.read<std::uint64_t>();
        process.file_mappings.push_back({{{*begin}, {*end}}, {*offset * *page_size}, {}});
    }
    for (FileMapping& mapping : process.file_mappings) {
        const auto path = reader.read_c_string();
        if (!path) break;
        mapping.path = *path;
    }
    std::sort(process.file_mappings.begin(), process.file_mappings.end(),
              [](const FileMapping& a, const FileMapping& b) { return a.range.begin < b.range.begin; });
}

}  // namespace

void read_core_notes(const ElfNotes& notes, ProcessSnapshot& process, Diagnostics&) {
    for (const ElfNote& note : notes.notes) {
        if (note.name != "CORE") continue;
        switch (note.type) {
            case NT_PRSTATUS: read_prstatus(note, process); break;
            case NT_PRPSINFO: read_prpsinfo(note, process); break;
            case NT_SIGINFO: read_siginfo(note, process); break;
            case NT_AUXV: read_auxv(note, process); break;
            case NT_FILE: read_file_mappings(note, process); break;
            default: break;
        }
    }
}

}  // namespace pycore
