// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_notes.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/byte_reader.h"
#include "elf/elf_notes.h"
#include "process/file_note.h"
#include "process/handled_signal.h"
#include "process/restarted_call.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxThreads = 1 << 20;  // Linux allows 4 million processes and threads in all

Registers registers_of(const user_regs_struct& user) {
    Registers registers;
    registers.general = {user.rax, user.rdx, user.rcx, user.rbx, user.rsi, user.rdi, user.rbp, user.rsp, user.r8,
                         user.r9,  user.r10, user.r11, user.r12, user.r13, user.r14, user.r15, user.rip};
    registers.thread_pointer = Address{user.fs_base};
    const auto number = static_cast<std::int64_t>(user.orig_rax);
    if (number >= 0) registers.system_call = restarted_call(number, registers);
    return registers;
}

bool read_prstatus(const ElfNote& note, CoreNotes& notes) {
    const auto status = ByteReader(note.description).read<elf_prstatus>();
    if (!status) return false;
    user_regs_struct user;
    static_assert(sizeof(user) == sizeof(status->pr_reg));
    std::memcpy(&user, &status->pr_reg, sizeof(user));
    notes.threads.push_back({status->pr_pid, registers_of(user), status->pr_cursig, {}});
    notes.signals.emplace_back();
    return true;
}

std::string fixed_text(const char* text, std::size_t size) { return {text, strnlen(text, size)}; }

bool read_prpsinfo(const ElfNote& note, CoreNotes& notes) {
    const auto info = ByteReader(note.description).read<elf_prpsinfo>();
    if (!info) return false;
    notes.process_first = notes.threads.empty();
    // A task's name has 15 bytes (TASK_COMM_LEN); gdb fills all 16 with what the program's file is called.
    notes.process =
        ProcessRecord{info->pr_pid, info->pr_ppid, info->pr_uid, fixed_text(info->pr_fname, sizeof(info->pr_fname) - 1),
                      fixed_text(info->pr_psargs, sizeof(info->pr_psargs))};
    return true;
}

bool read_siginfo(const ElfNote& note, CoreNotes& notes) {
    const auto signal = parse_siginfo(note.description);
    if (!signal) return false;
    if (notes.threads.empty() || signal->number == 0) return true;
    if (!notes.signals.back()) notes.signals.back() = *signal;
    return true;
}

void set_auxiliary(AuxiliaryVector& auxiliary, std::uint64_t type, std::uint64_t value) {
    switch (type) {
        case AT_PHDR: auxiliary.program_headers = Address{value}; break;
        case AT_PHNUM: auxiliary.program_header_count = value; break;
        case AT_BASE: auxiliary.interpreter_base = Address{value}; break;
        case AT_ENTRY: auxiliary.entry = Address{value}; break;
        case AT_SYSINFO_EHDR: auxiliary.vdso = Address{value}; break;
        case AT_EXECFN: auxiliary.executable_name = Address{value}; break;
        case AT_RANDOM: auxiliary.random = Address{value}; break;
        default: break;
    }
}

bool read_auxv(const ElfNote& note, CoreNotes& notes) {
    notes.has_auxiliary = parse_auxiliary(note.description, notes.auxiliary) || notes.has_auxiliary;
    return notes.has_auxiliary;
}

// False if the note is damaged.
bool read_note(const ElfNote& note, CoreNotes& notes) {
    switch (note.type) {
        case NT_PRSTATUS: return read_prstatus(note, notes);
        case NT_PRPSINFO: return read_prpsinfo(note, notes);
        case NT_SIGINFO: return read_siginfo(note, notes);
        case NT_AUXV: return read_auxv(note, notes);
        case NT_FILE: return read_file_note(note.description, notes);
        default: return true;
    }
}

// Notes of pycore's own.
void read_snapshot_note(const ElfNote& note, CoreNotes& notes, Diagnostics& diagnostics) {
    const std::string_view text(reinterpret_cast<const char*>(note.description.data()), note.description.size());
    if (note.type == kMappingsNote) notes.mappings = parse_mappings(text);
    if (note.type != kManifestNote) return;
    auto manifest = parse_manifest(text);
    if (!manifest) diagnostics.warn(manifest.error());
    notes.snapshot = manifest.value_or(SnapshotManifest{});
}

std::string_view note_name(std::uint32_t type) {
    switch (type) {
        case NT_PRSTATUS: return "NT_PRSTATUS (a thread's registers)";
        case NT_PRPSINFO: return "NT_PRPSINFO (pid, name, arguments)";
        case NT_SIGINFO: return "NT_SIGINFO (the signal)";
        case NT_AUXV: return "NT_AUXV (where the program was loaded)";
        case NT_FILE: return "NT_FILE (which files are mapped)";
        default: return "some";
    }
}

// Where the next sound record of a core may begin, from `offset` on: a header {namesz, descsz, type} with
// a name that cores have. Records begin at multiples of 4.
std::optional<std::size_t> find_record(std::span<const std::byte> segment, std::size_t offset) {
    constexpr std::size_t kMaxSkip = 1 << 20;  // bytes; NT_FILE has at most 4 MiB, the others some 10 KiB
    for (std::size_t at = offset; at + 20 <= segment.size() && at - offset < kMaxSkip; at += 4) {
        const auto* name = reinterpret_cast<const char*>(segment.data()) + at + sizeof(Elf64_Nhdr);
        const auto name_size = read_at<std::uint32_t>(segment, at);
        if (name_size == 5U && std::memcmp(name, "CORE", 5) == 0) return at;
        if (name_size == 6U && std::memcmp(name, "LINUX", 6) == 0) return at;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Registers> parse_registers(std::span<const std::byte> user) {
    const auto registers = read_at<user_regs_struct>(user, 0);
    if (!registers) return std::nullopt;
    return registers_of(*registers);
}

bool parse_auxiliary(std::span<const std::byte> entries, AuxiliaryVector& auxiliary) {
    ByteReader reader(entries);
    bool any = false;
    while (const auto entry = reader.read<Elf64_auxv_t>()) {
        if (entry->a_type == AT_NULL) break;
        if (!auxiliary.first) auxiliary.first = {{entry->a_type, entry->a_un.a_val}};
        set_auxiliary(auxiliary, entry->a_type, entry->a_un.a_val);
        any = true;
    }
    return any;
}

void parse_core_notes(std::span<const std::byte> segment, CoreNotes& notes, Diagnostics& diagnostics) {
    ElfNoteReader reader(segment);
    while (notes.threads.size() < kMaxThreads) {
        const auto note = reader.next();
        if (note && note->name == "CORE" && !read_note(*note, notes)) {
            diagnostics.warn(
                {ErrorCode::Corrupt, fmt::format("a note of the core is damaged: {}", note_name(note->type)), {}});
        }
        if (note && note->name == kSnapshotOwner) read_snapshot_note(*note, notes, diagnostics);
        if (note) continue;
        if (!reader.cut()) return;
        const std::size_t damage = reader.offset();
        const auto next = find_record(segment, damage + 4);
        diagnostics.warn(
            {ErrorCode::Corrupt,
             fmt::format("the notes of the core are damaged at byte {} of {}; {}", damage, segment.size(),
                         next ? fmt::format("{} bytes were passed over", *next - damage) : "what follows is lost"),
             {}});
        if (!next) return;
        reader.seek(*next);
    }
    diagnostics.warn({ErrorCode::Limit, fmt::format("the core has more than {} threads", kMaxThreads), {}});
}

}  // namespace pycore
