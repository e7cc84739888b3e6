// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// .debug_aranges (DWARF 5, 6.1.2): which compile unit has the code at an address. Tables, each
//   unit_length, version u16 = 2, debug_info_offset, address_size u8, segment_selector_size u8,
//   padding to 16, {address u64, length u64}[] ending with zeros

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pycore {

struct AddressTableEntry {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t unit_offset = 0;  // in .debug_info
};

// Up to the first table that is damaged; the tables of one unit stay together.
std::vector<AddressTableEntry> parse_address_table(std::span<const std::byte> section);

}  // namespace pycore
