// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_process.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "memory/file_memory.h"
#include "process/assemble_process.h"
#include "process/core_headers.h"
#include "process/core_memory.h"
#include "process/core_notes.h"
#include "process/core_origin.h"
#include "process/initial_stack.h"
#include "process/job_variables.h"

namespace pycore {
namespace {

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

void tell_cut(const CoreHeaders& headers, std::uint64_t size, Diagnostics& diagnostics) {
    if (headers.whole_size <= size) return;
    diagnostics.warn({ErrorCode::Absent,
                      fmt::format("the core is cut: {} of {} bytes are there; was the disk full, or its size limited "
                                  "(ulimit -c, coredump.conf)?",
                                  size, headers.whole_size),
                      {}});
}

CoreNotes read_notes(const CoreHeaders& headers, std::span<const std::byte> file, Diagnostics& diagnostics) {
    CoreNotes notes;
    for (const ElfSegment& segment : headers.segments) {
        if (segment.type != PT_NOTE) continue;
        parse_core_notes(slice(file, segment.offset, segment.file_size), notes, diagnostics);
    }
    return notes;
}

// The notes that the rest of the answer hangs on.
void tell_lost_notes(const CoreNotes& notes, const std::string& producer, Diagnostics& diagnostics) {
    if (notes.threads.empty()) {
        diagnostics.warn({ErrorCode::Absent,
                          fmt::format("the core tells of no thread: no thread ids, no registers, no C stacks{}",
                                      producer == "gdb" ? " (gdb writes them last, behind the memory)" : ""),
                          {}});
    }
    if (!notes.file_page_size) {
        diagnostics.warn({ErrorCode::Absent,
                          "the core does not say which files were mapped (no NT_FILE note); modules are found by their "
                          "headers in memory",
                          {}});
    }
}

// Two notes with one thread id would be one thread told twice.
void take_threads(CoreNotes& notes, ProcessSnapshot& process, Diagnostics& diagnostics) {
    std::unordered_set<std::int64_t> seen;
    std::erase_if(notes.threads, [&](const Thread& thread) {
        if (thread.tid > 0 && seen.insert(thread.tid).second) return false;
        diagnostics.warn({ErrorCode::Corrupt,
                          fmt::format("the core has a thread with the id {}{}; it is left out", thread.tid,
                                      thread.tid > 0 ? " twice" : ""),
                          {}});
        return true;
    });
    process.threads = std::move(notes.threads);
}

// A manifest may be anybody's: of its environment only what we would have kept is taken.
void take_place(const SnapshotManifest& manifest, ProcessSnapshot& process) {
    for (const auto& [name, value] : manifest.environment) {
        if (tells_of_job(name)) process.environment.emplace(name, value);
    }
    if (!manifest.host.empty()) process.host = manifest.host;
    if (!manifest.time.empty()) process.time = manifest.time;
}

void take_origin(const CoreHeaders& headers, const CoreNotes& notes, ProcessSnapshot& process) {
    process.producer = find_producer(headers, notes);
    if (const auto taken = find_signal(process.producer, notes)) {
        process.signal = taken->signal;
        process.crashed_tid = taken->tid;
    }
    process.auxiliary = notes.auxiliary;
    if (notes.snapshot) {
        process.source_kind = "snapshot";
        process.producer = "pycore";
        take_place(*notes.snapshot, process);
    }
    if (!notes.process) return;
    process.pid = notes.process->pid;
    process.ppid = notes.process->ppid;
    process.uid = notes.process->uid;
    process.short_name = notes.process->short_name;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        if (end > begin) words.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

void read_arguments(const FileMemory& memory, ProcessSnapshot& process, Diagnostics& diagnostics) {
    process.command_line = read_command_line(memory, process.auxiliary);
    if (process.command_line || process.arguments.empty()) return;
    process.command_line = split(process.arguments);
    diagnostics.note(
        {ErrorCode::Absent,
         "the command line is taken from the note NT_PRPSINFO, which is cut at 79 bytes and does not quote",
         {}});
}

}  // namespace

Result<ProcessSnapshot> open_core(const CoreFile& core, FileSearch search, Diagnostics& diagnostics) {
    search.bundle = core.bundle;
    const auto headers = parse_core_headers(core.bytes, diagnostics);
    if (!headers) return headers.error();
    tell_cut(*headers, core.bytes.size(), diagnostics);
    ProcessSnapshot process;
    process.source_path = core.file->path();
    CoreNotes notes = read_notes(*headers, core.bytes, diagnostics);
    core.file->let_go();  // notes of 100,000 threads are 40 MB, and not looked at again
    process.bundle = core.bundle;
    take_origin(*headers, notes, process);
    tell_lost_notes(notes, process.producer, diagnostics);
    take_threads(notes, process, diagnostics);
    process.file_mappings = std::move(notes.file_mappings);
    if (notes.process) process.arguments = std::move(notes.process->arguments);

    auto memory = std::make_shared<FileMemory>();
    memory->keep_alive(core.file);
    // What a snapshot left out is known all the same, so that it reads as absent, not as unmapped.
    for (const ProcMapping& mapping : notes.mappings) {
        memory->add_mapping({mapping.range, mapping.readable, mapping.writable, mapping.executable, 0});
    }
    if (notes.snapshot) {
        for (Thread& thread : process.threads) thread.name = notes.snapshot->thread_names[thread.tid];
        process.runtime_hint = notes.snapshot->runtime;
        process.manifest = std::make_shared<SnapshotManifest>(*notes.snapshot);
    }
    MemoryParts parts;
    parts.segments_lost = headers->segments_lost;
    if (parts.segments_lost) memory->tell_gaps_as_absent();
    parts.segments = load_segments(*headers, core.bytes);
    // The kernel's cores have no such stacks, and looking costs a page of each.
    if (process.producer != "kernel") drop_zeroed_stacks(parts.segments, process.threads, diagnostics);
    assemble_process(std::move(parts), memory, search, process, diagnostics);
    const bool redacted = process.manifest && process.manifest->redacted;
    if (!redacted) read_arguments(*memory, process, diagnostics);
    // A snapshot says it itself.
    if (!notes.snapshot) process.environment = read_job_environment(*memory, process.auxiliary);
    process.present_bytes = memory->dumped_bytes();
    return process;
}

}  // namespace pycore
