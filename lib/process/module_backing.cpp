// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_backing.h"

#include <elf.h>

#include <algorithm>

namespace pycore {
namespace {

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

// The parts of `range` that no segment covers, or one of which nothing was dumped.
std::vector<AddressRange> left_out_of(AddressRange range, const SegmentMap& segments) {
    std::vector<AddressRange> parts = segments.uncovered(range);
    const auto& entries = segments.entries();
    auto entry = std::partition_point(entries.begin(), entries.end(),
                                      [&](const auto& each) { return each.range.end <= range.begin; });
    for (; entry != entries.end() && entry->range.begin < range.end; ++entry) {
        if (!entry->value->left_out) continue;
        parts.push_back({std::max(entry->range.begin, range.begin), std::min(entry->range.end, range.end)});
    }
    return parts;
}

void back_mapping(const FileMapping& mapping, const ModuleDraft& draft, const BackingRules& rules, FileMemory& memory) {
    const auto bytes = slice(draft.module.file->bytes(), mapping.file_offset.value, mapping.range.size_bytes());
    const ElfSegment* segment = segment_of(*draft.image, mapping);
    if (segment == nullptr) return;
    if ((segment->flags & PF_W) == 0) {
        memory.add_backing(mapping.range.begin, bytes);
        return;
    }
    if (!rules.writable_too) return;
    for (const AddressRange& part : left_out_of(mapping.range, rules.segments)) {
        memory.add_backing(part.begin, slice(bytes, part.begin - mapping.range.begin, part.size_bytes()));
    }
}

// Where no mappings are known (NT_FILE was lost) the segments say where the file's pages lie.
void back_segments(const ModuleDraft& draft, FileMemory& memory) {
    for (const ElfSegment& segment : draft.image->segments) {
        if (segment.type != PT_LOAD || (segment.flags & PF_W) != 0) continue;
        memory.add_backing(draft.image->address_of(segment.link_address),
                           slice(draft.module.file->bytes(), segment.offset, segment.file_size));
    }
}

}  // namespace

bool dumps_written_memory(const std::vector<LoadSegment>& segments, const std::vector<FileMapping>& mappings) {
    IntervalMap<bool> files;
    for (const FileMapping& mapping : mappings) files.add(mapping.range, true);
    files.seal();
    return std::any_of(segments.begin(), segments.end(), [&](const LoadSegment& segment) {
        return segment.writable && !segment.bytes.empty() && files.find(segment.range.begin) == nullptr;
    });
}

void back_by_file(const ModuleDraft& draft, const BackingRules& rules, FileMemory& memory) {
    if (!draft.module.file || !draft.image) return;
    for (const FileMapping& mapping : draft.mappings) back_mapping(mapping, draft, rules, memory);
    if (draft.mappings.empty()) back_segments(draft, memory);
}

}  // namespace pycore
