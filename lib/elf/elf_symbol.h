// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ElfSymbol is one defined symbol of a file, ElfSymbols one of its tables, read in place. find_symbol
// goes from a name to its address; SymbolTable (symbol_table.h) goes the other way.

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "elf/elf_file.h"

namespace pycore {

struct ElfSymbol {
    std::string_view name;  // in the file's mapping, without a version ("@@GLIBC_2.34")
    std::uint64_t link_address = 0;
    std::uint64_t size = 0;     // bytes; 0 where the assembler was not told
    std::uint8_t type = 0;      // STT_*
    std::uint8_t binding = 0;   // STB_*
    std::uint16_t section = 0;  // index, or SHN_ABS
};

// Views the file; valid as long as it is.
class ElfSymbols {
public:
    // The full table (.symtab): also local functions. Empty in a stripped file.
    static ElfSymbols full(const ElfFile& file);
    // What the dynamic linker sees (.dynsym); by PT_DYNAMIC where section headers were stripped.
    static ElfSymbols dynamic(const ElfFile& file);

    std::size_t size() const;  // entries, undefined ones included
    // nullopt for undefined, unnamed and damaged entries.
    std::optional<ElfSymbol> at(std::size_t index) const;
    // Calls `see(index, entry)` for each entry in turn, defined or not: an index reads no names.
    template <typename See>
    void for_each_entry(See see) const;
    // By the GNU hash table where there is one, else entry by entry.
    std::optional<ElfSymbol> find(std::string_view name) const;

private:
    static ElfSymbols dynamic_by_segment(const ElfFile& file);
    std::optional<ElfSymbol> find_by_hash(std::string_view name) const;

    std::span<const std::byte> entries_;  // Elf64_Sym each
    std::span<const std::byte> names_;
    std::span<const std::byte> gnu_hash_;
};

template <typename See>
void ElfSymbols::for_each_entry(See see) const {
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) {
        Elf64_Sym entry;  // a damaged file may not align them
        std::memcpy(&entry, entries_.data() + i * sizeof(entry), sizeof(entry));
        see(i, entry);
    }
}

// A defined symbol of any kind by its name: .dynsym first, then .symtab. For a file that was stripped
// ask its debug file as well; link addresses are the same there.
std::optional<ElfSymbol> find_symbol(const ElfFile& file, std::string_view name);

}  // namespace pycore
