// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/symbol_table.h"

#include <elf.h>

#include <algorithm>
#include <boost/sort/spreadsort/integer_sort.hpp>
#include <tuple>

#include "elf/mini_debug_info.h"

namespace pycore {
namespace {

// An assembly function without a size reaches to the next function of its section, but not further
// than this; hand-written ones (musl's clone, _start) are short.
constexpr std::uint64_t kMaxUnsizedFunction = 512;
// How many entries before the nearest one may still hold an address (nested and aliased symbols).
constexpr std::size_t kMaxStepsBack = 64;

bool is_function(unsigned type) { return type == STT_FUNC || type == STT_GNU_IFUNC; }

// By section index: where its code ends; 0 for sections without code.
std::vector<std::uint64_t> code_section_ends(const ElfFile& file) {
    std::vector<std::uint64_t> ends;
    for (const ElfSection& section : file.sections()) {
        if ((section.flags & SHF_EXECINSTR) == 0) continue;
        if (ends.size() <= section.index) ends.resize(section.index + 1);
        ends[section.index] = section.link_address + section.size;
    }
    return ends;
}

// Greater is better.
auto alias_rank(const ElfSymbol& symbol) {
    const auto underscores = std::min(symbol.name.find_first_not_of('_'), symbol.name.size());
    return std::tuple(is_function(symbol.type), symbol.binding != STB_LOCAL, -static_cast<int>(underscores),
                      symbol.binding == STB_GLOBAL, -static_cast<int>(symbol.name.size()));
}

}  // namespace

SymbolTable::SymbolTable(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> debug_file) {
    files_.push_back(file);
    if (debug_file) files_.push_back(std::move(debug_file));
    if (auto unpacked = open_mini_debug_info(*file); unpacked && *unpacked) files_.push_back(*unpacked);
    for (const auto& each : files_) sources_.push_back(ElfSymbols::full(*each));
    sources_.push_back(ElfSymbols::dynamic(*file));
    std::size_t count = 0;
    for (const ElfSymbols& source : sources_) count += std::min(source.size(), kMaxIndex);
    entries_.reserve(count);  // more than needed, but what is not touched costs nothing
    for (std::uint32_t i = 0; i < files_.size(); ++i) add_source(i, *files_[i], true);
    add_source(static_cast<std::uint32_t>(files_.size()), *file, false);
    sort();
    bound_unsized_functions();
}

void SymbolTable::add_source(std::uint32_t source, const ElfFile& file, bool complete) {
    const auto section_ends = code_section_ends(file);
    sources_[source].for_each_entry([&](std::size_t index, const Elf64_Sym& symbol) {
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_name == 0 || index > kMaxIndex) return;
        // A file without section headers has no ends to go by; its exported functions have sizes.
        const std::uint64_t section_end = symbol.st_shndx < section_ends.size() ? section_ends[symbol.st_shndx] : 0;
        const bool untyped = ELF64_ST_TYPE(symbol.st_info) == STT_NOTYPE && section_end != 0;
        if (!is_function(ELF64_ST_TYPE(symbol.st_info)) && !untyped) return;
        if (symbol.st_size > UINT32_MAX || symbol.st_value + symbol.st_size < symbol.st_value) return;
        Entry entry{symbol.st_value, static_cast<std::uint32_t>(symbol.st_size),
                    static_cast<std::uint32_t>(index & kMaxIndex), source & (kMaxSources - 1), Sized};
        if (symbol.st_size == 0) {
            // .dynsym leaves functions out, so what follows an unsized symbol there may be anything.
            entry.extent = untyped || !complete ? Label : Unsized;
            const std::uint64_t rest = section_end > entry.begin ? section_end - entry.begin : 1;
            entry.size = entry.extent == Label ? 1 : static_cast<std::uint32_t>(std::min(kMaxUnsizedFunction, rest));
        }
        entries_.push_back(entry);
    });
}

void SymbolTable::sort() {
    boost::sort::spreadsort::integer_sort(
        entries_.begin(), entries_.end(), [](const Entry& entry, unsigned offset) { return entry.begin >> offset; },
        [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
}

// Cuts what add_source() gave to unsized functions at the next function.
void SymbolTable::bound_unsized_functions() {
    std::uint64_t next_begin = UINT64_MAX;  // of the nearest function that begins later
    std::uint64_t current = UINT64_MAX;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (entry->extent == Label) continue;
        if (entry->begin != current) {
            next_begin = current;
            current = entry->begin;
        }
        if (entry->extent == Unsized) {
            entry->size = static_cast<std::uint32_t>(std::min<std::uint64_t>(entry->size, next_begin - entry->begin));
        }
    }
}

std::optional<ElfSymbol> SymbolTable::find_function(std::uint64_t link_address) const {
    const auto after =
        std::upper_bound(entries_.begin(), entries_.end(), link_address,
                         [](std::uint64_t address, const Entry& entry) { return address < entry.begin; });
    std::optional<std::size_t> label;
    const auto nearest = static_cast<std::size_t>(after - entries_.begin());
    for (std::size_t steps = 0; steps < std::min(nearest, kMaxStepsBack); ++steps) {
        const std::size_t i = nearest - 1 - steps;
        if (!entries_[i].holds(link_address)) continue;
        if (entries_[i].extent != Label) return best_alias(i, link_address);
        if (!label) label = i;
    }
    if (label) return best_alias(*label, link_address);
    return std::nullopt;
}

// `last` is the last entry of those with its begin that holds the address.
std::optional<ElfSymbol> SymbolTable::best_alias(std::size_t last, std::uint64_t link_address) const {
    std::optional<ElfSymbol> best;
    for (std::size_t i = last, steps = 0; steps < kMaxStepsBack; --i, ++steps) {
        const Entry& entry = entries_[i];
        if (entry.begin != entries_[last].begin) break;
        const auto symbol = sources_[entry.source].at(entry.index);
        const bool usable =
            symbol && entry.holds(link_address) && (entry.extent == Label) == (entries_[last].extent == Label);
        if (usable && (!best || alias_rank(*symbol) > alias_rank(*best))) best = symbol;
        if (i == 0) break;
    }
    return best;
}

}  // namespace pycore
