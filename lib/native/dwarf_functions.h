// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The functions of one compile unit by address. LLVM's own look-up parses every entry of the unit first
// (26 ms for CPython's ceval.c); here types and bodies are hopped over, and only the bodies of functions
// that are asked for are read. For dwarf_*.cpp only.

#include <cstdint>
#include <unordered_map>
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

    // A call that was inlined into a function, or a function inside of it.
    struct InlinedCall {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::uint64_t offset = 0;           // of its entry
        std::size_t caller = kTheFunction;  // index of the call that it is inlined into
    };
    static constexpr std::size_t kTheFunction = static_cast<std::size_t>(-1);

    // `everywhere`: also inside types and other functions (local classes, lambdas), where the code of
    // few functions is described; costs as much as LLVM's own look-up.
    void list_functions(bool everywhere);
    void add_function(const DebugEntry& entry);
    const Function* find_function(std::uint64_t link_address) const;
    const std::vector<InlinedCall>& calls_in(const DebugEntry& function);

    DwarfFile& file_;
    llvm::DWARFUnit& unit_;
    std::vector<Function> functions_;  // ascending by begin
    bool listed_everywhere_ = false;
    std::unordered_map<std::uint64_t, std::vector<InlinedCall>> calls_;  // by the function's offset
};

}  // namespace pycore
