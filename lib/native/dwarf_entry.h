// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DebugEntry is one entry (DIE) of .debug_info, read in place by LLVM's abbreviations. LLVM's own entries
// are not used: it parses a whole unit to look at one of them, knows no dwz, and reads past the section's
// end where lengths are damaged. For dwarf_*.cpp only: shows LLVM types.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/llvm_compat.h"

namespace pycore {

class DwarfFile;

struct DebugAttribute {
    llvm::dwarf::Form form{};
    std::uint64_t offset = 0;          // of its value in .debug_info
    std::uint64_t implicit_value = 0;  // DW_FORM_implicit_const stands in the abbreviation
};

struct DebugEntry {
    DwarfFile* file = nullptr;
    llvm::DWARFUnit* unit = nullptr;
    const llvm::DWARFAbbreviationDeclaration* abbreviation = nullptr;  // nullptr: the end of a list of children
    std::uint64_t offset = 0;                                          // in .debug_info
    std::uint64_t attributes = 0;                                      // where its attributes begin
    std::uint64_t next = 0;                // the entry behind it in the file: its first child, if it has any
    std::optional<std::uint64_t> sibling;  // DW_AT_sibling

    bool is_null() const { return abbreviation == nullptr; }
    bool has_children() const { return abbreviation != nullptr && abbreviation->hasChildren(); }
    llvm::dwarf::Tag tag() const { return is_null() ? llvm::dwarf::DW_TAG_null : abbreviation->getTag(); }
    bool has(llvm::dwarf::Attribute attribute) const;
    std::optional<DebugAttribute> find(llvm::dwarf::Attribute attribute) const;
};

struct CodeRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// nullopt if the entry does not lie within its unit, all of it.
std::optional<DebugEntry> read_entry(DwarfFile& file, llvm::DWARFUnit& unit, std::uint64_t offset);

// Where the entry behind `entry` and all that is below it begins: by DW_AT_sibling where the compiler
// wrote it, else by walking over the children. nullopt at the unit's end.
std::optional<std::uint64_t> offset_after(const DebugEntry& entry);

// Values of attributes; nullopt or empty where the entry has none, or not of that kind.
std::optional<std::uint64_t> number_of(const DebugEntry& entry, llvm::dwarf::Attribute attribute);
std::string string_of(const DebugEntry& entry, llvm::dwarf::Attribute attribute);
std::vector<CodeRange> code_of(const DebugEntry& entry);

// The function's name as the linker knows it (DW_AT_linkage_name), else DW_AT_name, also where it stands
// in the entry that this one is an instance or the definition of.
std::string function_name(DebugEntry entry);

}  // namespace pycore
