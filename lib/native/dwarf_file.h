// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DwarfFile is the DWARF of one ELF file, opened by LLVM over our mapping, and of the file that dwz
// moved shared entries to. For dwarf_*.cpp only: shows LLVM types.

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
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

    // .debug_info
    std::span<const std::byte> entries() const { return entries_; }
    // A section's content, unpacked; empty if it is not there.
    std::span<const std::byte> section(const char* name) const;
    // Empty if no string ends in the section after `offset`.
    std::string_view string_at(const char* section_name, std::uint64_t offset) const;

private:
    struct UnitCode {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        llvm::DWARFUnit* unit = nullptr;
    };

    llvm::DWARFUnit* find_unit(std::uint64_t offset);
    // Lets LLVM read the unit's first entry, which tells it where ranges, addresses and strings are. False
    // if that entry is damaged: LLVM does not look where it ends.
    bool prepare(llvm::DWARFUnit& unit);
    void list_code();

    std::shared_ptr<const ElfFile> file_;
    std::unique_ptr<DwarfFile> alternate_;
    std::span<const std::byte> entries_;
    std::unique_ptr<llvm::DWARFContext> context_;
    std::vector<llvm::DWARFUnit*> units_;  // ascending by offset
    std::vector<UnitCode> code_;           // ascending by begin; filled when first asked for
    bool code_listed_ = false;
    std::unordered_map<llvm::DWARFUnit*, bool> prepared_;
};

}  // namespace pycore
