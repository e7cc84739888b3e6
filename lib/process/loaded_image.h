// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// LoadedImage is an executable or shared object as it lies in memory: the kernel dumps the first page
// of every mapped ELF file (coredump_filter bit 4), and that page has the ELF header, the program
// headers and mostly the build-id.

#include <optional>
#include <string>
#include <vector>

#include "elf/elf_header.h"
#include "memory/memory_image.h"

namespace pycore {

inline constexpr std::uint64_t kPageSize = 4096;  // of x86-64
constexpr std::uint64_t page_floor(std::uint64_t value) { return value & ~(kPageSize - 1); }
constexpr std::uint64_t page_ceiling(std::uint64_t value) {
    return value > UINT64_MAX - kPageSize ? UINT64_MAX & ~(kPageSize - 1) : page_floor(value + kPageSize - 1);
}

struct LoadedImage {
    ElfHeader header;
    std::vector<ElfSegment> segments;
    std::uint64_t load_bias = 0;
    AddressRange extent;                  // whole pages that its segments ask for, .bss included
    std::optional<std::string> build_id;  // nullopt also if its page is absent

    const ElfSegment* find_segment(std::uint32_t type) const;
    Address address_of(std::uint64_t link_address) const { return {link_address + load_bias}; }
};

// The image whose file begins at `base`. nullopt: no ELF header there, or none that can be loaded there.
std::optional<LoadedImage> read_loaded_image(const MemoryImage& memory, Address base);

// As read_loaded_image, with headers that were read elsewhere (from the module's file).
std::optional<LoadedImage> place_image(const ElfHeader& header, std::vector<ElfSegment> segments, Address base);

// The string table of an image's dynamic section and the tags asked for, as the dynamic linker sees them.
struct DynamicSection {
    std::optional<Address> debug;     // DT_DEBUG: struct r_debug, set by ld.so in the executable
    std::optional<std::string> name;  // DT_SONAME
};
DynamicSection read_dynamic_section(const MemoryImage& memory, const LoadedImage& image);

}  // namespace pycore
