// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_match.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/byte_reader.h"

namespace pycore {
namespace {

// Enough to tell builds apart; the kernel dumps one page, gdb the first segment.
constexpr std::uint64_t kMaxComparedBytes = 1 << 18;
constexpr std::uint64_t kMaxDynamicEntries = 1024;

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

// Stripping a file moves its section headers and changes nothing that is loaded.
void forget_section_headers(ElfHeader& header) {
    header.sections_offset = 0;
    header.section_count = 0;
    header.section_names = 0;
}

bool same_headers(const ElfFile& file, const LoadedImage& image) {
    auto of_file = parse_elf_header(file.bytes());
    auto of_core = image.header;
    if (!of_file) return false;
    forget_section_headers(*of_file);
    forget_section_headers(of_core);
    return *of_file == of_core && file.segments() == image.segments;
}

// Compares the part of a segment that the core holds. The ELF header was compared by its fields.
bool same_bytes(const ElfFile& file, const ElfSegment& segment, std::uint64_t load_bias, const FileMemory& memory) {
    const auto in_file = slice(file.bytes(), segment.offset, std::min(segment.file_size, kMaxComparedBytes));
    std::uint64_t at = segment.offset < sizeof(Elf64_Ehdr) ? sizeof(Elf64_Ehdr) - segment.offset : 0;
    while (at < in_file.size()) {
        const Address address{segment.link_address + load_bias + at};
        const auto dumped = memory.dumped(address, in_file.size() - at);
        if (dumped.empty()) {
            at = page_floor(address.value) + kPageSize - address.value + at;
            continue;
        }
        if (std::memcmp(dumped.data(), in_file.data() + at, dumped.size()) != 0) return false;
        at += dumped.size();
    }
    return true;
}

bool same_read_only_segments(const ElfFile& file, std::uint64_t load_bias, const FileMemory& memory) {
    return std::all_of(file.segments().begin(), file.segments().end(), [&](const ElfSegment& segment) {
        if (segment.type != PT_LOAD || (segment.flags & PF_W) != 0) return true;
        return same_bytes(file, segment, load_bias, memory);
    });
}

// Whether the dynamic linker leaves the entry as the file has it; it relocates addresses in place.
bool is_size_or_flag(std::int64_t tag) {
    switch (tag) {
        case DT_NEEDED:
        case DT_PLTRELSZ:
        case DT_RELASZ:
        case DT_STRSZ:
        case DT_SONAME:
        case DT_INIT_ARRAYSZ:
        case DT_FINI_ARRAYSZ:
        case DT_RELACOUNT:
        case DT_VERNEEDNUM:
        case DT_FLAGS:
        case DT_FLAGS_1: return true;
        default: return false;
    }
}

bool same_dynamic_section(const ElfFile& file, std::uint64_t load_bias, const FileMemory& memory) {
    for (const ElfSegment& segment : file.segments()) {
        if (segment.type != PT_DYNAMIC) continue;
        const auto in_file = slice(file.bytes(), segment.offset, segment.file_size);
        const auto in_core = memory.dumped({segment.link_address + load_bias}, in_file.size());
        for (std::uint64_t at = 0; at < kMaxDynamicEntries * sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn)) {
            const auto expected = read_at<Elf64_Dyn>(in_file, at);
            const auto found = read_at<Elf64_Dyn>(in_core, at);
            if (!expected || !found) break;
            if (expected->d_tag != found->d_tag) return false;
            if (is_size_or_flag(expected->d_tag) && expected->d_un.d_val != found->d_un.d_val) return false;
            if (expected->d_tag == DT_NULL) break;
        }
    }
    return true;
}

// The dynamic linker's list says where the dynamic section lies, to the byte.
bool same_dynamic_address(const ElfFile& file, const ModuleDraft& draft, std::uint64_t load_bias) {
    if (!draft.dynamic) return true;
    return std::any_of(file.segments().begin(), file.segments().end(), [&](const ElfSegment& segment) {
        return segment.type == PT_DYNAMIC && segment.link_address + load_bias == draft.dynamic->value;
    });
}

// Code is mapped in whole pages, neither more nor less than the file has. The last proof where the core holds
// nothing of a module.
bool same_code_pages(const ElfFile& file, const ModuleDraft& draft, std::uint64_t load_bias) {
    const auto is_code = [](const ElfSegment& segment) {
        return segment.type == PT_LOAD && (segment.flags & PF_X) != 0;
    };
    return std::all_of(file.segments().begin(), file.segments().end(), [&](const ElfSegment& segment) {
        if (!is_code(segment) || draft.mappings.empty()) return true;
        const Address begin{page_floor(segment.link_address) + load_bias};
        const Address end{page_ceiling(segment.link_address + segment.file_size) + load_bias};
        return std::any_of(draft.mappings.begin(), draft.mappings.end(), [&](const FileMapping& mapping) {
            return mapping.range.begin <= begin && mapping.range.end == end;
        });
    });
}

}  // namespace

ModuleMatch match_file(const ElfFile& file, const ModuleDraft& draft, const FileMemory& memory) {
    if (draft.module.build_id) {
        return file.build_id() == draft.module.build_id ? ModuleMatch::BuildId : ModuleMatch::Mismatch;
    }
    if (!draft.image) return ModuleMatch::Mismatch;
    const std::uint64_t load_bias = draft.image->load_bias;
    const bool same = (!draft.image_from_core || same_headers(file, *draft.image)) &&
                      same_dynamic_address(file, draft, load_bias) && same_dynamic_section(file, load_bias, memory) &&
                      same_read_only_segments(file, load_bias, memory) &&
                      (draft.image_from_core || same_code_pages(file, draft, load_bias));
    return same ? ModuleMatch::Unverified : ModuleMatch::Mismatch;
}

}  // namespace pycore
