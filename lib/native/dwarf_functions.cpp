// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_functions.h"

#include <algorithm>

#include "native/dwarf_file.h"

namespace pycore {
namespace {

using namespace llvm::dwarf;

// Entries at whose first level functions stand.
bool is_scope(Tag tag) { return tag == DW_TAG_namespace || tag == DW_TAG_module; }

// Entries of a function's body that hold a part of its code.
bool is_block(Tag tag) {
    return tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_try_block ||
           tag == DW_TAG_catch_block || tag == DW_TAG_subprogram;
}

bool has_code(const DebugEntry& entry) { return entry.has(DW_AT_low_pc) || entry.has(DW_AT_ranges); }

bool holds(const DebugEntry& entry, std::uint64_t link_address) {
    const auto ranges = code_of(entry);
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const CodeRange& range) { return range.begin <= link_address && link_address < range.end; });
}

}  // namespace

DwarfFunctions::DwarfFunctions(DwarfFile& file, llvm::DWARFUnit& unit) : file_(file), unit_(unit) {
    list_functions(false);
}

void DwarfFunctions::list_functions(bool everywhere) {
    functions_.clear();
    listed_everywhere_ = everywhere;
    std::uint64_t offset = unit_.getOffset() + unit_.getHeaderSize();
    std::size_t depth = 0;
    do {
        const auto entry = read_entry(file_, unit_, offset);
        if (!entry) break;
        if (entry->tag() == DW_TAG_subprogram && has_code(*entry)) add_function(*entry);
        const bool enter = depth == 0 || everywhere || is_scope(entry->tag());
        if (entry->is_null()) --depth;
        if (enter && entry->has_children()) ++depth;
        const auto next = enter ? std::optional(entry->next) : offset_after(*entry);
        if (!next) break;
        offset = *next;
    } while (depth > 0);
    std::sort(functions_.begin(), functions_.end(),
              [](const Function& a, const Function& b) { return a.begin < b.begin; });
}

void DwarfFunctions::add_function(const DebugEntry& entry) {
    for (const CodeRange& range : code_of(entry)) functions_.push_back({range.begin, range.end, entry.offset});
}

const DwarfFunctions::Function* DwarfFunctions::find_function(std::uint64_t link_address) const {
    const auto after = std::upper_bound(functions_.begin(), functions_.end(), link_address,
                                        [](std::uint64_t a, const Function& function) { return a < function.begin; });
    if (after == functions_.begin() || link_address >= std::prev(after)->end) return nullptr;
    return &*std::prev(after);
}

std::vector<DebugEntry> DwarfFunctions::chain_at(std::uint64_t link_address) {
    const Function* found = find_function(link_address);
    if (found == nullptr && !listed_everywhere_) {
        list_functions(true);
        found = find_function(link_address);
    }
    const auto function = found != nullptr ? read_entry(file_, unit_, found->offset) : std::nullopt;
    if (!function) return {};
    std::vector<DebugEntry> chain{*function};
    std::uint64_t offset = function->next;
    for (std::size_t depth = function->has_children() ? 1 : 0; depth > 0;) {
        const auto entry = read_entry(file_, unit_, offset);
        if (!entry) break;
        offset = entry->next;
        if (entry->is_null()) {
            --depth;
        } else if (is_block(entry->tag()) && has_code(*entry) && holds(*entry, link_address)) {
            // A function inside this one (a lambda, GNU C's nested functions) is a function of its own.
            if (entry->tag() == DW_TAG_subprogram) chain.clear();
            if (entry->tag() == DW_TAG_subprogram || entry->tag() == DW_TAG_inlined_subroutine) chain.push_back(*entry);
            depth = entry->has_children() ? 1 : 0;
        } else if (entry->tag() == DW_TAG_lexical_block && !has_code(*entry)) {
            depth += entry->has_children() ? 1 : 0;
        } else if (const auto next = offset_after(*entry)) {
            offset = *next;
        } else {
            break;
        }
    }
    return chain;
}

}  // namespace pycore
