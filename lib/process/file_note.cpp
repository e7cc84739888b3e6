// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/file_note.h"

#include <algorithm>
#include <bit>

#include "base/byte_reader.h"

namespace pycore {
namespace {

constexpr std::uint64_t kPageSize = 4096;

// A range of NT_FILE with its offset in the note's own unit.
std::optional<FileMapping> read_file_range(ByteReader& reader) {
    const auto begin = reader.read<std::uint64_t>();
    const auto end = reader.read<std::uint64_t>();
    const auto offset = reader.read<std::uint64_t>();
    if (!begin || !end || !offset) return std::nullopt;
    // A range that makes no sense stays in line, so that the others keep their paths.
    if (*begin >= *end) return FileMapping{};
    return FileMapping{{{*begin}, {*end}}, {*offset}, {}};
}

// False if some could not be counted.
bool count_offsets_in(std::uint64_t unit, std::vector<FileMapping>& mappings) {
    bool complete = true;
    for (FileMapping& mapping : mappings) {
        if (!__builtin_mul_overflow(mapping.file_offset.value, unit, &mapping.file_offset.value)) continue;
        mapping = FileMapping{};
        complete = false;
    }
    return complete;
}

// The unit of offsets: bytes, or pages of some power of two. Offsets in bytes are multiples of a page.
std::optional<std::uint64_t> offset_unit(std::uint64_t told) {
    const bool known = told == 1 || (std::has_single_bit(told) && told >= kPageSize && told <= kPageSize << 9);
    if (known) return told;
    return std::nullopt;
}

std::uint64_t guess_offset_unit(const std::vector<FileMapping>& mappings) {
    const bool bytes = std::all_of(mappings.begin(), mappings.end(), [](const FileMapping& mapping) {
        return mapping.file_offset.value % kPageSize == 0;
    });
    return bytes ? 1 : kPageSize;
}

}  // namespace

bool read_file_note(std::span<const std::byte> description, CoreNotes& notes) {
    ByteReader reader(description);
    const auto count = reader.read<std::uint64_t>();
    const auto page_size = reader.read<std::uint64_t>();
    if (!count || !page_size) return false;
    std::vector<FileMapping> mappings;
    while (mappings.size() < *count) {
        const auto mapping = read_file_range(reader);
        if (!mapping) return false;
        mappings.push_back(*mapping);
    }
    const auto unit = offset_unit(*page_size);
    notes.file_page_size = unit ? *unit : guess_offset_unit(mappings);
    bool complete = count_offsets_in(*notes.file_page_size, mappings) && unit;
    for (FileMapping& mapping : mappings) {
        const auto path = reader.read_c_string();
        complete = complete && path && mapping.range.size_bytes() != 0;
        if (!path) break;
        mapping.path = *path;
        if (mapping.range.size_bytes() != 0) notes.file_mappings.push_back(mapping);
    }
    std::stable_sort(notes.file_mappings.begin(), notes.file_mappings.end(),
                     [](const FileMapping& a, const FileMapping& b) { return a.range.begin < b.range.begin; });
    return complete;
}

}  // namespace pycore
