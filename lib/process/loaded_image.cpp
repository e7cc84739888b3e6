// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/loaded_image.h"

#include <elf.h>

#include <algorithm>
#include <utility>

#include "elf/elf_notes.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxSegments = 256;      // program headers of one image; 14 are usual
constexpr std::uint64_t kMaxNoteSize = 1 << 16;  // bytes of one PT_NOTE
constexpr std::uint64_t kMaxDynamicEntries = 1024;

std::uint64_t end_of(std::uint64_t begin, std::uint64_t size) {
    return begin > UINT64_MAX - size ? UINT64_MAX : begin + size;
}

bool holds_file_begin(const ElfSegment& segment) {
    return segment.type == PT_LOAD && page_floor(segment.offset) == 0 && segment.file_size != 0;
}

AddressRange extent_of(const std::vector<ElfSegment>& segments, std::uint64_t load_bias) {
    std::uint64_t low = UINT64_MAX;
    std::uint64_t high = 0;
    for (const ElfSegment& segment : segments) {
        if (segment.type != PT_LOAD || segment.memory_size == 0) continue;
        low = std::min(low, page_floor(segment.link_address));
        high = std::max(high, page_ceiling(end_of(segment.link_address, segment.memory_size)));
    }
    return {{low + load_bias}, {high + load_bias}};
}

std::optional<std::string> build_id_of(const MemoryImage& memory, const LoadedImage& image) {
    for (const ElfSegment& segment : image.segments) {
        if (segment.type != PT_NOTE) continue;
        const auto bytes = memory.view(image.address_of(segment.link_address),
                                       static_cast<std::size_t>(std::min(segment.memory_size, kMaxNoteSize)));
        if (auto id = find_build_id(parse_notes(bytes, segment.alignment))) return id;
    }
    return std::nullopt;
}

}  // namespace

const ElfSegment* LoadedImage::find_segment(std::uint32_t type) const {
    const auto found =
        std::find_if(segments.begin(), segments.end(), [&](const ElfSegment& segment) { return segment.type == type; });
    return found == segments.end() ? nullptr : &*found;
}

std::optional<LoadedImage> place_image(const ElfHeader& header, std::vector<ElfSegment> segments, Address base) {
    if (header.type != ET_EXEC && header.type != ET_DYN) return std::nullopt;
    const auto first = std::find_if(segments.begin(), segments.end(), holds_file_begin);
    if (first == segments.end()) return std::nullopt;
    LoadedImage image;
    image.header = header;
    image.load_bias = base.value - page_floor(first->link_address);
    if (header.type == ET_EXEC && image.load_bias != 0) return std::nullopt;  // mapped as data
    image.extent = extent_of(segments, image.load_bias);
    image.segments = std::move(segments);
    return image;
}

std::optional<LoadedImage> read_loaded_image(const MemoryImage& memory, Address base) {
    const auto header = parse_elf_header(memory.view(base, kPageSize));
    if (!header || header->segment_size != sizeof(Elf64_Phdr)) return std::nullopt;
    const std::uint64_t count = std::min<std::uint64_t>(header->segment_count, kMaxSegments);
    const auto table = memory.view(base + header->segments_offset, count * sizeof(Elf64_Phdr));
    auto segments = parse_segments(table, 0, count);
    if (segments.size() != count) return std::nullopt;
    auto image = place_image(*header, std::move(segments), base);
    if (image) image->build_id = build_id_of(memory, *image);
    return image;
}

DynamicSection read_dynamic_section(const MemoryImage& memory, const LoadedImage& image) {
    DynamicSection dynamic;
    const ElfSegment* segment = image.find_segment(PT_DYNAMIC);
    if (segment == nullptr) return dynamic;
    std::uint64_t names = 0;
    std::optional<std::uint64_t> name_offset;
    const std::uint64_t count = std::min<std::uint64_t>(segment->memory_size / sizeof(Elf64_Dyn), kMaxDynamicEntries);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry =
            read_value<Elf64_Dyn>(memory, image.address_of(segment->link_address) + i * sizeof(Elf64_Dyn));
        if (!entry || entry->d_tag == DT_NULL) break;
        if (entry->d_tag == DT_DEBUG && entry->d_un.d_ptr != 0) dynamic.debug = Address{entry->d_un.d_ptr};
        if (entry->d_tag == DT_STRTAB) names = entry->d_un.d_ptr;
        if (entry->d_tag == DT_SONAME) name_offset = entry->d_un.d_val;
    }
    if (names == 0 || !name_offset) return dynamic;
    // glibc writes addresses over the file's link addresses, musl and the kernel (vdso) do not.
    const Address table = image.extent.contains({names}) ? Address{names} : image.address_of(names);
    if (auto name = read_c_string(memory, table + *name_offset, 256)) dynamic.name = *std::move(name);
    return dynamic;
}

}  // namespace pycore
