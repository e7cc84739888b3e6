// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SymbolTable names the function at a link address: one sorted index over .symtab, .dynsym and
// .gnu_debugdata of a file and the .symtab of its debug file. Built once, in one pass without touching
// names; a look-up is a binary search. No name is better than a wrong one: a symbol names only its own
// bytes, so the code between two exported functions of a stripped file stays nameless.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "elf/elf_symbol.h"

namespace pycore {

class SymbolTable {
public:
    // `debug_file` may be null. Keeps both alive; a damaged .gnu_debugdata counts as none.
    explicit SymbolTable(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> debug_file = nullptr);

    // The innermost function whose bytes hold `link_address`. Of aliases the exported one wins, then
    // the one with fewer leading underscores ("write" before "__write"), then the stronger binding.
    std::optional<ElfSymbol> find_function(std::uint64_t link_address) const;

    std::size_t size() const { return entries_.size(); }

private:
    enum Extent : std::uint32_t {
        Sized,
        Unsized,  // assembly without a size: up to the next function
        Label,    // without a type too: names its own address only
    };
    // Sixteen bytes: libpython has ten thousand, and each page of them that is touched costs.
    struct Entry {
        std::uint64_t begin = 0;
        std::uint32_t size = 0;
        std::uint32_t index : 28 = 0;  // in its source
        std::uint32_t source : 2 = 0;
        std::uint32_t extent : 2 = Sized;

        bool holds(std::uint64_t link_address) const { return link_address - begin < size; }
    };
    static constexpr std::size_t kMaxIndex = (std::size_t{1} << 28) - 1;
    static constexpr std::uint32_t kMaxSources = 4;  // the file, its debug file, .gnu_debugdata; .dynsym

    // `complete`: the table lists every function, not only what is exported.
    void add_source(std::uint32_t source, const ElfFile& file, bool complete);
    void sort();
    void bound_unsized_functions();
    std::optional<ElfSymbol> best_alias(std::size_t last, std::uint64_t link_address) const;

    std::vector<std::shared_ptr<const ElfFile>> files_;
    std::vector<ElfSymbols> sources_;
    std::vector<Entry> entries_;  // ascending by begin
};

}  // namespace pycore
