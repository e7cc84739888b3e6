// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// LLVM takes the header of a line table at its word: an address size or a form that it does not know
// sends it through the end of a jump table (14 to 20, built without assertions). So the header is looked
// over first. DWARF 5, 6.2.4:
//   unit_length, version u16, [5: address_size u8, segment_selector_size u8], header_length,
//   minimum_instruction_length u8, [4+: maximum_operations u8], default_is_stmt u8, line_base i8,
//   line_range u8, opcode_base u8, standard_opcode_lengths u8[opcode_base - 1], then in 5:
//   two tables, directories and files, each: format_count u8, {content ULEB, form ULEB}[], count ULEB, entries

#include <cstddef>
#include <cstdint>
#include <span>

namespace pycore {

// `section` is .debug_line, `offset` where a unit's table begins.
bool has_sound_header(std::span<const std::byte> section, std::uint64_t offset);

}  // namespace pycore
