// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The functions of one compile unit by address. LLVM's own look-up parses every entry of the unit first
// (26 ms for CPython's ceval.c); here types and bodies are hopped over, and only the body of the function
// that is asked for is read. For dwarf_*.cpp only.

#include <cstdint>
#include <vector>

#include "native/dwarf_entry.h"

namespace pycore {

class DwarfFunctions {
public:
    DwarfFunctions(DwarfFile& file, llvm::DWARFUnit& unit);

    // The function that holds the address, then the inlined calls there, outermost first. Empty where
    // none does.
    std::vector<DebugEntry> chain_at(std::uint64_t link_address);

private:
    struct Function {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::uint64_t offset = 0;  // of its entry
    };

    // `everywhere`: also inside types and other functions (local classes, lambdas), where the code of
    // few functions is described; costs as much as LLVM's own look-up.
    void list_functions(bool everywhere);
    void add_function(const DebugEntry& entry);
    const Function* find_function(std::uint64_t link_address) const;

    DwarfFile& file_;
    llvm::DWARFUnit& unit_;
    std::vector<Function> functions_;  // ascending by begin
    bool listed_everywhere_ = false;
};

}  // namespace pycore
