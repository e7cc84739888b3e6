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

// The pages of memory that a segment's bytes of the file fill, and where in the file they begin.
struct FilePages {
    AddressRange range;
    std::uint64_t offset = 0;
};

FilePages file_pages(const LoadedImage& image, const ElfSegment& segment) {
    const std::uint64_t in_page = segment.link_address - page_floor(segment.link_address);
    const std::uint64_t size = page_ceiling(std::min(segment.file_size, UINT64_MAX / 2) + in_page);
    const Address begin = image.address_of(segment.link_address - in_page);
    return {{begin, begin + std::min(size, UINT64_MAX - begin.value)}, page_floor(segment.offset)};
}

// The parts of `range` that were left out on purpose.
std::vector<AddressRange> left_out_of(AddressRange range, const ModuleDraft& draft, const BackingRules& rules) {
    std::vector<AddressRange> parts;
    if (rules.writable_uncovered) {
        for (const FileMapping& mapping : draft.mappings) {
            const AddressRange both{std::max(range.begin, mapping.range.begin), std::min(range.end, mapping.range.end)};
            const auto uncovered = rules.segments.uncovered(both);
            parts.insert(parts.end(), uncovered.begin(), uncovered.end());
        }
    }
    const auto& entries = rules.segments.entries();
    auto entry = std::partition_point(entries.begin(), entries.end(),
                                      [&](const auto& each) { return each.range.end <= range.begin; });
    for (; entry != entries.end() && entry->range.begin < range.end; ++entry) {
        if (!entry->value->left_out) continue;
        parts.push_back({std::max(entry->range.begin, range.begin), std::min(entry->range.end, range.end)});
    }
    return parts;
}

void back_segment(const ElfSegment& segment, const ModuleDraft& draft, const BackingRules& rules, FileMemory& memory) {
    const FilePages pages = file_pages(*draft.image, segment);
    const auto bytes = slice(draft.module.file->bytes(), pages.offset, pages.range.size_bytes());
    if ((segment.flags & PF_W) == 0) {
        memory.add_backing(pages.range.begin, bytes);
        return;
    }
    if (!rules.writable_too) return;
    for (const AddressRange& part : left_out_of(pages.range, draft, rules)) {
        memory.add_backing(part.begin, slice(bytes, part.begin - pages.range.begin, part.size_bytes()));
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
    for (const ElfSegment& segment : draft.image->segments) {
        if (segment.type == PT_LOAD && segment.file_size != 0) back_segment(segment, draft, rules, memory);
    }
}

}  // namespace pycore
