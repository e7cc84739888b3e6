// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DwarfFile is the DWARF of one ELF file, opened by LLVM over our mapping, and of the file that dwz
// moved shared entries to. DebugEntry is one entry (DIE) in it. For dwarf_*.cpp only: shows LLVM types.

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "elf/elf_file.h"
#include "native/llvm_compat.h"

namespace pycore {

class DwarfFile {
public:
    // `alternate` may be null: names that dwz moved away are then missing.
    DwarfFile(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate);

    // The compile unit whose code holds `link_address`; nullptr if none does.
    llvm::DWARFUnit* unit_of_code(std::uint64_t link_address);
    // The unit whose entries hold `offset` of .debug_info.
    llvm::DWARFUnit* unit_at(std::uint64_t offset);
    llvm::DWARFContext& context() { return *context_; }
    // What DW_FORM_GNU_ref_alt and DW_FORM_GNU_strp_alt point into; nullptr if it was not found.
    DwarfFile* alternate() { return alternate_.get(); }
    // Of .debug_str; empty if nothing is at `offset`.
    std::string_view string_at(std::uint64_t offset) const;

private:
    void add_section(const char* name, llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>>& sections) const;

    std::shared_ptr<const ElfFile> file_;
    std::unique_ptr<DwarfFile> alternate_;
    std::unique_ptr<llvm::DWARFContext> context_;
    std::vector<llvm::DWARFUnit*> units_;  // ascending by offset; filled when first asked for
};

// A value: LLVM's entry with the file and unit it is from.
struct DebugEntry {
    DwarfFile* file = nullptr;
    llvm::DWARFUnit* unit = nullptr;
    llvm::DWARFDebugInfoEntry entry;
    std::uint64_t next = 0;  // offset of the entry that follows in the file: the first child, if there is one

    llvm::DWARFDie die() const { return {unit, &entry}; }
    llvm::dwarf::Tag tag() const { return entry.getTag(); }
    // Children end with an entry that has no tag.
    bool is_null() const { return entry.getAbbreviationDeclarationPtr() == nullptr; }
    bool has_address(std::uint64_t link_address) const;
};

std::optional<DebugEntry> read_entry(DwarfFile& file, llvm::DWARFUnit& unit, std::uint64_t offset);

// The entry after `entry` and all that is below it: by DW_AT_sibling where the compiler wrote it, else
// by walking over the children. nullopt at the unit's end.
std::optional<std::uint64_t> offset_after(const DebugEntry& entry);

// The function's name as the linker knows it (DW_AT_linkage_name), else DW_AT_name, also where it stands
// in the entry that this one is an instance or the definition of.
std::string function_name(DebugEntry entry);

}  // namespace pycore
