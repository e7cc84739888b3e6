// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_headers.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/byte_reader.h"
#include "process/core_layout.h"

namespace pycore {
namespace {

// vm.max_map_count is 65,530 by default and 1,048,576 on some distributions.
constexpr std::uint64_t kMaxSegments = 1 << 20;
constexpr std::uint64_t kUsualTableOffset = sizeof(Elf64_Ehdr);

std::string_view kind_of(std::uint16_t type) {
    switch (type) {
        case ET_REL: return "an object file";
        case ET_EXEC: return "a program";
        case ET_DYN: return "a program or a shared library";
        default: return "an ELF file of an unknown kind";
    }
}

Result<ElfHeader> core_header(std::span<const std::byte> file) {
    auto header = parse_elf_header(file);
    if (!header && header.error().code == ErrorCode::Unsupported) {
        return Error{ErrorCode::Unsupported,
                     "an ELF file " + header.error().message + "; pycore does not read it, gdb-multiarch may",
                     {}};
    }
    if (!header) return std::move(header).error().with_context("the core is cut");
    if (header->type == ET_CORE) return header;
    return Error{ErrorCode::Unsupported,
                 fmt::format("{}, not a core file; `gcore PID` dumps a running process, "
                             "`coredumpctl list` or the folder of kernel.core_pattern shows what died",
                             kind_of(header->type)),
                 {}};
}

bool is_segment_of_core(const ElfSegment& segment) {
    return segment.type == PT_NOTE || (segment.type == PT_LOAD && segment.memory_size != 0);
}

// The header's own offset, or the one that all producers use where that holds no program header.
std::uint64_t table_offset(std::span<const std::byte> file, const ElfHeader& header, Diagnostics& diagnostics) {
    const auto looks_right = [&](std::uint64_t offset) {
        const auto first = parse_segments(file, offset, 1);
        return !first.empty() && is_segment_of_core(first.front());
    };
    const bool right_size = header.segment_size == sizeof(Elf64_Phdr);
    if (right_size && looks_right(header.segments_offset)) return header.segments_offset;
    if (!looks_right(kUsualTableOffset)) return header.segments_offset;
    diagnostics.warn({ErrorCode::Corrupt,
                      fmt::format("the ELF header of the core is damaged: program headers of {} bytes at offset {}; "
                                  "those at offset {} are read",
                                  header.segment_size, header.segments_offset, kUsualTableOffset),
                      {}});
    return kUsualTableOffset;
}

// The count as the header tells it; beyond 65534 segments it stands in section 0, which the kernel
// writes last, so that a cut core has lost it.
std::optional<std::uint64_t> announced_count(std::span<const std::byte> file, const ElfHeader& header) {
    if (header.segment_count != PN_XNUM) return header.segment_count;
    if (header.sections_offset == 0) return std::nullopt;
    const auto section = read_at<Elf64_Shdr>(file, header.sections_offset);
    if (!section || section->sh_info < PN_XNUM) return std::nullopt;
    return section->sh_info;
}

// As is_segment_of_core(), and so well-formed that other bytes do not look like it by chance.
bool is_surely_memory(const ElfSegment& segment) {
    constexpr std::uint64_t kPageMask = 0xfff;
    return segment.type == PT_LOAD && segment.memory_size != 0 && segment.file_size <= segment.memory_size &&
           ((segment.link_address | segment.memory_size) & kPageMask) == 0;
}

// How many entries in a row, from `index` of the table on, are surely segments.
std::uint64_t sure_entries(std::span<const std::byte> file, std::uint64_t table, std::uint64_t index) {
    std::uint64_t count = 0;
    while (count < kMaxSegments) {
        const auto entry = parse_segments(file, table + (index + count) * sizeof(Elf64_Phdr), 1);
        if (entry.empty() || !is_surely_memory(entry.front())) break;
        ++count;
    }
    return count;
}

// The kernel writes the notes, of which the first entry tells, right behind the table.
std::optional<std::uint64_t> count_before_notes(std::span<const std::byte> file, std::uint64_t table) {
    const auto first = parse_segments(file, table, 1);
    if (first.empty() || first.front().type != PT_NOTE || first.front().offset <= table) return std::nullopt;
    const std::uint64_t size = first.front().offset - table;
    const std::uint64_t count = size / sizeof(Elf64_Phdr);
    if (size % sizeof(Elf64_Phdr) != 0 || count > kMaxSegments) return std::nullopt;
    const auto last = parse_segments(file, table + (count - 1) * sizeof(Elf64_Phdr), 1);
    return !last.empty() && is_surely_memory(last.front()) ? std::optional(count) : std::nullopt;
}

std::uint64_t segment_count(std::span<const std::byte> file, const ElfHeader& header, std::uint64_t table,
                            Diagnostics& diagnostics) {
    const auto announced = announced_count(file, header);
    if (const auto count = count_before_notes(file, table); count && announced && *count < *announced) {
        diagnostics.warn(
            {ErrorCode::Corrupt,
             fmt::format("the count of program headers is lost (the header says {}); {} are there", *announced, *count),
             {}});
        return *count;
    }
    const std::uint64_t fitting = (file.size() - std::min(file.size(), table)) / sizeof(Elf64_Phdr);
    const bool usable = announced && *announced != 0 && *announced <= fitting;
    const std::uint64_t sure = usable ? *announced : 1;
    const std::uint64_t count = sure + sure_entries(file, table, sure);
    if (count == announced || table == file.size()) return announced.value_or(0);
    diagnostics.warn(
        {ErrorCode::Corrupt,
         fmt::format("the count of program headers is lost ({}); {} are there",
                     announced ? fmt::format("the header says {}", *announced) : "the file ends before it", count),
         {}});
    return count;
}

std::uint64_t end_of(std::uint64_t offset, std::uint64_t size) {
    return offset > UINT64_MAX - size ? UINT64_MAX : offset + size;
}

std::uint64_t whole_size_of(const CoreHeaders& headers) {
    std::uint64_t size = headers.table_end;
    for (const ElfSegment& segment : headers.segments) {
        if (is_segment_of_core(segment)) size = std::max(size, end_of(segment.offset, segment.file_size));
    }
    return size;
}

bool holds_anything(const CoreHeaders& headers, std::uint64_t file_size) {
    return std::any_of(headers.segments.begin(), headers.segments.end(), [&](const ElfSegment& segment) {
        return is_segment_of_core(segment) && segment.file_size != 0 && segment.offset < file_size;
    });
}

Error nothing_inside(std::uint64_t file_size, std::size_t segments) {
    return {ErrorCode::Corrupt,
            fmt::format("the core is cut inside or right behind its headers ({} bytes, {} program headers); nothing of "
                        "the process is in it",
                        file_size, segments),
            {}};
}

}  // namespace

Result<CoreHeaders> parse_core_headers(std::span<const std::byte> file, Diagnostics& diagnostics) {
    const auto header = core_header(file);
    if (!header) return header.error();
    const std::uint64_t table = table_offset(file, *header, diagnostics);
    const std::uint64_t count = segment_count(file, *header, table, diagnostics);
    if (count > kMaxSegments) {
        diagnostics.warn(
            {ErrorCode::Limit, fmt::format("the core has {} segments; {} are read", count, kMaxSegments), {}});
    }
    CoreHeaders headers;
    headers.segments = parse_segments(file, table, std::min(count, kMaxSegments));
    headers.table_end = end_of(table, headers.segments.size() * sizeof(Elf64_Phdr));
    repair_layout(headers, file, diagnostics);
    headers.whole_size = whole_size_of(headers);
    if (!holds_anything(headers, file.size())) return nothing_inside(file.size(), headers.segments.size());
    return headers;
}

}  // namespace pycore
