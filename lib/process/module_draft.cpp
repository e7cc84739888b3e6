// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_draft.h"

#include <elf.h>

#include <algorithm>
#include <set>

namespace pycore {
namespace {

// The pages of memory that a loader maps from the file for a segment.
AddressRange file_pages(const LoadedImage& image, const ElfSegment& segment) {
    const std::uint64_t begin = page_floor(segment.link_address);
    const std::uint64_t size = segment.link_address - begin + segment.file_size;
    const std::uint64_t end = size < segment.file_size ? UINT64_MAX : page_ceiling(begin + size);
    return {image.address_of(begin), image.address_of(end)};
}

bool is_loaded_from(const LoadedImage& image, const ElfSegment& segment, const FileMapping& mapping) {
    if (segment.type != PT_LOAD || segment.file_size == 0) return false;
    const AddressRange pages = file_pages(image, segment);
    if (!pages.overlaps(mapping.range)) return false;
    const std::uint64_t in_segment = mapping.range.begin - pages.begin;
    return mapping.file_offset.value == page_floor(segment.offset) + in_segment;
}

}  // namespace

const ElfSegment* segment_of(const LoadedImage& image, const FileMapping& mapping) {
    const auto found = std::find_if(image.segments.begin(), image.segments.end(),
                                    [&](const ElfSegment& segment) { return is_loaded_from(image, segment, mapping); });
    return found == image.segments.end() ? nullptr : &*found;
}

std::vector<FileMapping> mappings_of(const LoadedImage& image, const std::vector<FileMapping>& candidates) {
    const auto first = std::partition_point(candidates.begin(), candidates.end(), [&](const FileMapping& mapping) {
        return mapping.range.end <= image.extent.begin;
    });
    std::vector<FileMapping> own;
    for (auto mapping = first; mapping != candidates.end() && mapping->range.begin < image.extent.end; ++mapping) {
        if (segment_of(image, *mapping) != nullptr) own.push_back(*mapping);
    }
    return own;
}

bool is_loaded(const LoadedImage& image, const std::vector<FileMapping>& mappings) {
    std::set<const ElfSegment*> loaded;
    for (const FileMapping& mapping : mappings) loaded.insert(segment_of(image, mapping));
    const auto loadable = std::count_if(image.segments.begin(), image.segments.end(), [](const ElfSegment& segment) {
        return segment.type == PT_LOAD && segment.file_size != 0;
    });
    return loaded.size() >= 2 || (loadable == 1 && loaded.size() == 1);
}

}  // namespace pycore
