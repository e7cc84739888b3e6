// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ProcessSnapshot is one process at one instant: memory, mappings, modules, threads and how it died.
// A core, a live process and a pycore snapshot all give one; nobody above asks where it came from.
// This layer knows ELF cores and the kernel's notes; it knows nothing of Python or of unwinding.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/file_bundle.h"
#include "base/address.h"
#include "elf/elf_file.h"
#include "memory/memory_image.h"
#include "process/job_variables.h"
#include "process/registers.h"

namespace pycore {

// One line of NT_FILE: a mapping of a file.
struct FileMapping {
    AddressRange range;
    FileOffset file_offset;  // of range.begin
    std::string path;        // as the process knew it; " (deleted)" is kept
};

enum class ModuleMatch {
    BuildId,     // the file found has the build-id that the core has
    Mismatch,    // the file found is another build; it is not used
    Missing,     // no file was found
    Unverified,  // no build-id to compare; the file agrees with what the core holds of it
};

// An executable or shared object of the process.
struct Module {
    std::string path;  // as the process knew it
    AddressRange range;
    std::uint64_t load_bias = 0;          // runtime address - link address; 0 for a fixed-address executable
    std::optional<std::string> build_id;  // out of the core's own pages, else of the verified file
    ModuleMatch match = ModuleMatch::Missing;
    std::optional<std::string> found_path;  // the file on this machine, also when it does not match
    std::shared_ptr<const ElfFile> file;    // set only if the match is BuildId or Unverified
    bool is_executable = false;             // the program itself (AT_PHDR lies in it)

    std::uint64_t link_address(Address address) const { return address.value - load_bias; }
    Address address_of(std::uint64_t link_address) const { return {link_address + load_bias}; }
};

struct Thread {
    std::int64_t tid = 0;
    Registers registers;
    int signal_number = 0;  // pr_cursig
    std::string name;       // as the kernel has it (comm); "" where that is not told
};

struct SignalInfo {
    int number = 0;
    std::optional<int> code;               // si_code
    std::optional<Address> fault_address;  // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP raised by the kernel
    std::optional<std::int64_t> sender_pid;
};

// AT_* entries that somebody asks for.
struct AuxiliaryVector {
    struct Entry {
        std::uint64_t type = 0;
        std::uint64_t value = 0;
        bool operator==(const Entry&) const = default;
    };
    std::optional<Entry> first;                         // to find the vector again on the stack
    std::optional<Address> program_headers;             // AT_PHDR
    std::optional<std::uint64_t> program_header_count;  // AT_PHNUM
    std::optional<Address> interpreter_base;            // AT_BASE: ld.so
    std::optional<Address> entry;                       // AT_ENTRY
    std::optional<Address> vdso;                        // AT_SYSINFO_EHDR
    std::optional<Address> executable_name;             // AT_EXECFN
    std::optional<Address> random;                      // AT_RANDOM: on the initial stack, above the vector itself
};

// Where a search through all of memory found _PyRuntime, so that nobody has to search again. It is not to be trusted.
struct RuntimeHint {
    Address address;
    std::string version;     // "3.12.4"
    std::string located_by;  // "cookie", "thread_pointers"
};

struct SnapshotManifest;

struct ProcessSnapshot {
    std::string source_path;
    std::string source_kind = "core";  // "core", "snapshot", "live"
    std::string producer = "unknown";  // "kernel", "gdb", "elfutils", "unknown"
    std::string architecture = "x86_64";

    std::shared_ptr<const MemoryImage> memory;
    std::vector<FileMapping> file_mappings;  // ascending
    std::vector<Module> modules;             // ascending by range.begin
    std::vector<Thread> threads;             // in the core's order
    AuxiliaryVector auxiliary;
    std::optional<RuntimeHint> runtime_hint;
    std::shared_ptr<const FileBundle> bundle = {};  // files that it came with; null: none

    std::optional<std::int64_t> pid;
    std::optional<std::int64_t> ppid;
    std::optional<std::int64_t> uid;
    std::optional<std::string> executable;
    std::optional<std::string> short_name;  // pr_fname, at most 15 bytes
    std::optional<std::vector<std::string>> command_line;
    std::string arguments;                    // pr_psargs: separated by blanks, at most 79 bytes
    Environment environment;                  // only what tells rank and job
    std::optional<std::string> host;          // of a snapshot
    std::optional<std::string> time;          // of a snapshot: UTC, "2026-11-21T15:04:05.123456Z"
    std::optional<SignalInfo> signal;         // nullopt: not dumped by a signal (gcore)
    std::optional<std::int64_t> crashed_tid;  // the thread that took the signal

    std::shared_ptr<const SnapshotManifest> manifest;  // of pycore's own snapshots; else null

    std::uint64_t mapped_bytes = 0;
    std::uint64_t present_bytes = 0;

    const Module* find_module(Address address) const;
    const Thread* find_thread(std::int64_t tid) const;
};

}  // namespace pycore
