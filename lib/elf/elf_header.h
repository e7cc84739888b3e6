// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The ELF header and the program headers of bytes in hand: a file's front, or an image's first page
// in memory. Counts and offsets are not trusted.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pycore {

struct ElfSegment {
    std::uint32_t type = 0;   // PT_*
    std::uint32_t flags = 0;  // PF_*
    std::uint64_t offset = 0;
    std::uint64_t link_address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 0;
    bool operator==(const ElfSegment&) const = default;
};

struct ElfHeader {
    std::uint16_t type = 0;     // ET_*
    std::uint16_t machine = 0;  // EM_*
    std::uint64_t entry = 0;
    std::uint64_t segments_offset = 0;
    std::uint16_t segment_size = 0;
    std::uint16_t segment_count = 0;  // as the header has it: PN_XNUM means "look into section 0"
    std::uint64_t sections_offset = 0;
    std::uint16_t section_count = 0;  // 0 beside an offset: the size of section 0
    std::uint16_t section_names = 0;  // index; SHN_XINDEX: the link of section 0
    bool operator==(const ElfHeader&) const = default;
};

// What a file is, told by its first bytes.
bool has_elf_magic(std::span<const std::byte> bytes);

// Of x86-64, little-endian, 64 bits; anything else is Unsupported: "for aarch64 (64 bits), not x86-64".
// Corrupt: bytes that do not hold a whole header.
Result<ElfHeader> parse_elf_header(std::span<const std::byte> bytes);

// Up to `count` program headers that follow `offset`, as many as are there.
std::vector<ElfSegment> parse_segments(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t count);

// "x86-64", "aarch64", "machine 1234".
std::string machine_name(std::uint16_t machine);

}  // namespace pycore
