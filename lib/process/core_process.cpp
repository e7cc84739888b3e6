// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_process.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "memory/file_memory.h"
#include "process/core_headers.h"
#include "process/core_memory.h"
#include "process/core_notes.h"
#include "process/core_origin.h"
#include "process/initial_stack.h"
#include "process/module_backing.h"
#include "process/module_files.h"
#include "process/module_list.h"

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

void take_origin(const CoreHeaders& headers, const CoreNotes& notes, ProcessSnapshot& process) {
    process.producer = find_producer(headers, notes);
    if (const auto taken = find_signal(process.producer, notes)) {
        process.signal = taken->signal;
        process.crashed_tid = taken->tid;
    }
    process.auxiliary = notes.auxiliary;
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

void read_arguments(const FileMemory& memory, const CoreNotes& notes, ProcessSnapshot& process,
                    Diagnostics& diagnostics) {
    process.command_line = read_command_line(memory, notes.auxiliary);
    if (process.command_line || !notes.process || notes.process->arguments.empty()) return;
    process.command_line = split(notes.process->arguments);
    diagnostics.note(
        {ErrorCode::Absent,
         "the command line is taken from the note NT_PRPSINFO, which is cut at 79 bytes and does not quote",
         {}});
}

// The program as the kernel mapped it, else as it was called.
std::optional<std::string> executable_path(const FileMemory& memory, const ProcessSnapshot& process) {
    const auto program = std::find_if(process.modules.begin(), process.modules.end(),
                                      [](const Module& module) { return module.is_executable; });
    if (program != process.modules.end() && program->path.starts_with('/')) return program->path;
    if (!process.auxiliary.executable_name) return std::nullopt;
    auto name = read_c_string(memory, *process.auxiliary.executable_name);
    if (!name || name->empty()) return std::nullopt;
    return *std::move(name);
}

// gdb has no segments for mappings that it does not dump.
void add_file_mappings(const ProcessSnapshot& process, const std::vector<ModuleDraft>& drafts, FileMemory& memory) {
    for (const ModuleDraft& draft : drafts) {
        for (const FileMapping& mapping : draft.mappings) {
            const ElfSegment* segment = draft.image ? segment_of(*draft.image, mapping) : nullptr;
            const std::uint32_t flags = segment != nullptr ? segment->flags : std::uint32_t{PF_R};
            memory.add_mapping({mapping.range, (flags & PF_R) != 0, (flags & PF_W) != 0, (flags & PF_X) != 0, 0});
        }
    }
    for (const FileMapping& mapping : process.file_mappings) memory.add_mapping({mapping.range, true, false, false, 0});
}

struct CoreParts {
    std::vector<LoadSegment> segments;
    SegmentMap by_address;
    bool segments_lost = false;
    std::vector<ModuleDraft> drafts;
};

// The kernel writes a segment for each mapping. (A module's headers prove nothing here: between segments
// that are aligned to 2 MiB the dynamic linker leaves file mappings that no header names.)
void tell_odd_mappings(const ProcessSnapshot& process, const CoreParts& parts, Diagnostics& diagnostics) {
    if (process.producer != "kernel") return;
    const auto odd =
        std::count_if(process.file_mappings.begin(), process.file_mappings.end(), [&](const FileMapping& mapping) {
            const auto* segment = parts.by_address.find(mapping.range.begin);
            return segment == nullptr || segment->value->range != mapping.range;
        });
    if (odd == 0) return;
    diagnostics.warn({ErrorCode::Corrupt,
                      fmt::format("{} of {} file mappings (the note NT_FILE) do not fit the core's segments; "
                                  "one or the other is damaged",
                                  odd, process.file_mappings.size()),
                      {}});
}

void tell_no_written_memory(const std::vector<LoadSegment>& segments, Diagnostics& diagnostics) {
    const bool on_purpose = std::any_of(segments.begin(), segments.end(), [](const LoadSegment& segment) {
        return segment.writable && segment.left_out;
    });
    if (!on_purpose) return;
    diagnostics.warn({ErrorCode::Absent,
                      "the core has neither heap nor stacks: it was written with a filter that leaves them out; "
                      "`echo 0x33 > /proc/PID/coredump_filter` before the next one is",
                      {}});
}

void find_files(CoreParts& parts, const FileSearch& search, FileMemory& memory, ProcessSnapshot& process,
                Diagnostics& diagnostics) {
    ModuleFileFinder files(search);
    parts.drafts =
        find_modules({memory, parts.by_address, process.file_mappings, process.auxiliary}, files, diagnostics);
    open_module_files(parts.drafts, files, memory, diagnostics);
    const bool has_written_memory = dumps_written_memory(parts.segments, process.file_mappings);
    if (!has_written_memory) tell_no_written_memory(parts.segments, diagnostics);
    const BackingRules rules{parts.by_address, has_written_memory, process.producer == "gdb" && !parts.segments_lost};
    for (ModuleDraft& draft : parts.drafts) {
        back_by_file(draft, rules, memory);
        if (draft.module.file) memory.keep_alive(draft.module.file);
        process.modules.push_back(draft.module);
    }
    add_file_mappings(process, parts.drafts, memory);
    memory.seal();
    tell_odd_mappings(process, parts, diagnostics);
    tell_missing_files(process, diagnostics);
    tell_unknown_code(process, memory, diagnostics);
}

}  // namespace

Result<ProcessSnapshot> open_core(const std::shared_ptr<const MappedFile>& file, const FileSearch& search,
                                  Diagnostics& diagnostics) {
    const auto headers = parse_core_headers(file->bytes(), diagnostics);
    if (!headers) return headers.error();
    tell_cut(*headers, file->bytes().size(), diagnostics);
    ProcessSnapshot process;
    process.source_path = file->path();
    CoreNotes notes = read_notes(*headers, file->bytes(), diagnostics);
    file->let_go();  // notes of 100,000 threads are 40 MB, and not looked at again
    take_origin(*headers, notes, process);
    tell_lost_notes(notes, process.producer, diagnostics);
    take_threads(notes, process, diagnostics);
    process.file_mappings = std::move(notes.file_mappings);

    auto memory = std::make_shared<FileMemory>();
    memory->keep_alive(file);
    CoreParts parts;
    parts.segments_lost = headers->segments_lost;
    if (parts.segments_lost) memory->tell_gaps_as_absent();
    parts.segments = load_segments(*headers, file->bytes());
    // The kernel's cores have no such stacks, and looking costs a page of each.
    if (process.producer != "kernel") drop_zeroed_stacks(parts.segments, process.threads, diagnostics);
    parts.by_address = map_segments(parts.segments);
    add_segments(parts.segments, *memory);
    memory->seal();
    find_files(parts, search, *memory, process, diagnostics);
    read_arguments(*memory, notes, process, diagnostics);
    process.executable = executable_path(*memory, process);
    process.mapped_bytes = memory->mapped_bytes();
    process.present_bytes = memory->dumped_bytes();
    process.memory = std::move(memory);
    return process;
}

}  // namespace pycore
