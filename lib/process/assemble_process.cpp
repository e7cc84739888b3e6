// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/assemble_process.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "process/module_backing.h"
#include "process/module_files.h"
#include "process/module_list.h"

namespace pycore {
namespace {

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

// The kernel writes a segment for each mapping. (A module's headers prove nothing here: between segments
// that are aligned to 2 MiB the dynamic linker leaves file mappings that no header names.)
void tell_odd_mappings(const ProcessSnapshot& process, const MemoryParts& parts, Diagnostics& diagnostics) {
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

void find_files(MemoryParts& parts, const FileSearch& search, FileMemory& memory, ProcessSnapshot& process,
                Diagnostics& diagnostics) {
    ModuleFileFinder files(search);
    auto drafts =
        find_modules({memory, parts.by_address, process.file_mappings, process.auxiliary}, files, diagnostics);
    open_module_files(drafts, files, memory, diagnostics);
    const bool has_written_memory = dumps_written_memory(parts.segments, process.file_mappings);
    if (!has_written_memory) tell_no_written_memory(parts.segments, diagnostics);
    const BackingRules rules{parts.by_address, has_written_memory, process.producer == "gdb" && !parts.segments_lost};
    for (ModuleDraft& draft : drafts) {
        back_by_file(draft, rules, memory);
        if (draft.module.file) memory.keep_alive(draft.module.file);
        process.modules.push_back(draft.module);
    }
    add_file_mappings(process, drafts, memory);
    memory.seal();
    tell_odd_mappings(process, parts, diagnostics);
    tell_missing_files(process, diagnostics);
    tell_unknown_code(process, memory, diagnostics);
}

}  // namespace

void assemble_process(MemoryParts parts, std::shared_ptr<FileMemory> memory, const FileSearch& search,
                      ProcessSnapshot& process, Diagnostics& diagnostics) {
    parts.by_address = map_segments(parts.segments);
    add_segments(parts.segments, *memory);
    memory->seal();
    find_files(parts, search, *memory, process, diagnostics);
    process.executable = executable_path(*memory, process);
    process.mapped_bytes = memory->mapped_bytes();
    process.memory = std::move(memory);
}

}  // namespace pycore
