// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_functions.h"

#include <algorithm>
#include <iterator>

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
    const auto& calls = calls_in(*function);
    // The last one is the innermost: calls stand behind the one that they are inlined into. (Its own range
    // decides; GCC lets it stick out of its parent's.)
    const auto innermost = std::find_if(calls.rbegin(), calls.rend(), [&](const InlinedCall& call) {
        return call.begin <= link_address && link_address < call.end;
    });
    std::vector<DebugEntry> chain;
    for (auto i = innermost == calls.rend() ? kTheFunction : static_cast<std::size_t>(calls.rend() - innermost) - 1;
         i != kTheFunction; i = calls[i].caller) {
        auto entry = read_entry(file_, unit_, calls[i].offset);
        if (!entry) break;
        chain.push_back(*entry);
        // A function inside another (a lambda, GNU C's nested functions) is a function of its own.
        if (entry->tag() == DW_TAG_subprogram) break;
    }
    if (chain.empty() || chain.back().tag() != DW_TAG_subprogram) chain.push_back(*function);
    std::reverse(chain.begin(), chain.end());
    return chain;
}

// Read once a function: every block of its body is entered.
const std::vector<DwarfFunctions::InlinedCall>& DwarfFunctions::calls_in(const DebugEntry& function) {
    const auto [known, is_new] = calls_.try_emplace(function.offset);
    std::vector<InlinedCall>& calls = known->second;
    if (!is_new || !function.has_children()) return calls;
    std::vector<std::size_t> callers{kTheFunction};  // of the entries at each depth
    std::uint64_t offset = function.next;
    while (!callers.empty()) {
        const auto entry = read_entry(file_, unit_, offset);
        if (!entry) break;
        std::size_t caller = callers.back();
        const bool is_call = entry->tag() == DW_TAG_inlined_subroutine || entry->tag() == DW_TAG_subprogram;
        if (is_call && has_code(*entry)) {
            for (const CodeRange& range : code_of(*entry)) {
                calls.push_back({range.begin, range.end, entry->offset, callers.back()});
                caller = calls.size() - 1;
            }
        }
        const bool enter = is_block(entry->tag());
        if (entry->is_null()) callers.pop_back();
        if (enter && entry->has_children()) callers.push_back(caller);
        const auto next = enter ? std::optional(entry->next) : offset_after(*entry);
        if (!next) break;
        offset = *next;
    }
    return calls;
}

}  // namespace pycore
