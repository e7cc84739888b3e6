// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_symbol.h"

#include <elf.h>

#include <algorithm>
#include <array>

#include "base/byte_reader.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxSymbols = 50'000'000;  // a bound for tables without a size of their own

const ElfSection* find_section(const ElfFile& file, std::uint32_t type) {
    const auto& sections = file.sections();
    const auto found =
        std::find_if(sections.begin(), sections.end(), [&](const ElfSection& section) { return section.type == type; });
    return found == sections.end() ? nullptr : &*found;
}

const ElfSection* find_section_by_index(const ElfFile& file, std::uint32_t index) {
    const auto& sections = file.sections();
    const auto found = std::find_if(sections.begin(), sections.end(),
                                    [&](const ElfSection& section) { return section.index == index; });
    return found == sections.end() ? nullptr : &*found;
}

std::span<const std::byte> bytes_of(const ElfFile& file, const ElfSection* section) {
    if (section == nullptr) return {};
    auto bytes = file.section_bytes(*section);
    return bytes ? *bytes : std::span<const std::byte>{};
}

std::string_view name_at(std::span<const std::byte> names, std::uint64_t offset) {
    if (offset == 0 || offset >= names.size()) return {};
    ByteReader reader(names.subspan(offset));
    const std::string_view name = reader.read_c_string().value_or(std::string_view{});
    return name.substr(0, name.find('@', 1));
}

std::uint32_t gnu_hash_of(std::string_view name) {
    std::uint32_t hash = 5381;
    for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
    return hash;
}

// DT_GNU_HASH: u32 buckets, u32 first symbol, u32 bloom words, u32 bloom shift, u64 bloom[], u32 bucket[],
// u32 chain[] (hash of each symbol from the first on; bit 0 ends a chain).
struct GnuHash {
    explicit GnuHash(std::span<const std::byte> bytes) : table(bytes) {
        const auto header = read_at<std::array<std::uint32_t, 4>>(bytes, 0);
        if (!header) return;
        bucket_count = (*header)[0];
        first_symbol = (*header)[1];
        buckets = 16 + std::uint64_t{(*header)[2]} * 8;
        chains = buckets + std::uint64_t{bucket_count} * 4;
    }
    std::optional<std::uint32_t> bucket(std::uint32_t i) const {
        return read_at<std::uint32_t>(table, buckets + std::uint64_t{i} * 4);
    }
    std::optional<std::uint32_t> chain(std::uint32_t symbol) const {
        if (symbol < first_symbol) return std::nullopt;
        return read_at<std::uint32_t>(table, chains + std::uint64_t{symbol - first_symbol} * 4);
    }
    // One past the last symbol that is hashed.
    std::size_t symbol_count() const {
        std::uint32_t last = 0;
        for (std::uint32_t i = 0; i < bucket_count; ++i) {
            const auto head = bucket(i);
            if (!head) return 0;
            last = std::max(last, *head);
        }
        for (auto entry = chain(last); entry && (*entry & 1) == 0; entry = chain(last)) ++last;
        return std::size_t{last} + 1;
    }

    std::span<const std::byte> table;
    std::uint32_t bucket_count = 0;
    std::uint32_t first_symbol = 0;
    std::uint64_t buckets = 0;
    std::uint64_t chains = 0;
};

}  // namespace

ElfSymbols ElfSymbols::full(const ElfFile& file) {
    ElfSymbols symbols;
    if (const ElfSection* table = find_section(file, SHT_SYMTAB)) {
        symbols.entries_ = bytes_of(file, table);
        symbols.names_ = bytes_of(file, find_section_by_index(file, table->link));
    }
    return symbols;
}

ElfSymbols ElfSymbols::dynamic(const ElfFile& file) {
    const ElfSection* table = find_section(file, SHT_DYNSYM);
    if (table == nullptr) return dynamic_by_segment(file);
    ElfSymbols symbols;
    symbols.entries_ = bytes_of(file, table);
    symbols.names_ = bytes_of(file, find_section_by_index(file, table->link));
    symbols.gnu_hash_ = bytes_of(file, find_section(file, SHT_GNU_HASH));
    return symbols;
}

ElfSymbols ElfSymbols::dynamic_by_segment(const ElfFile& file) {
    const auto& segments = file.segments();
    const auto segment = std::find_if(segments.begin(), segments.end(),
                                      [](const ElfSegment& candidate) { return candidate.type == PT_DYNAMIC; });
    if (segment == segments.end()) return {};
    std::uint64_t table = 0, names = 0, names_size = 0, hash = 0;
    ByteReader reader(file.bytes_at(segment->link_address, segment->file_size));
    while (const auto entry = reader.read<Elf64_Dyn>()) {
        if (entry->d_tag == DT_NULL) break;
        if (entry->d_tag == DT_SYMTAB) table = entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB) names = entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRSZ) names_size = entry->d_un.d_val;
        if (entry->d_tag == DT_GNU_HASH) hash = entry->d_un.d_ptr;
    }
    if (table == 0 || names == 0 || hash == 0) return {};
    ElfSymbols symbols;
    symbols.gnu_hash_ = file.bytes_at(hash, SIZE_MAX);
    const std::size_t count = std::min(GnuHash(symbols.gnu_hash_).symbol_count(), kMaxSymbols);
    symbols.entries_ = file.bytes_at(table, count * sizeof(Elf64_Sym));
    symbols.names_ = file.bytes_at(names, names_size);
    return symbols;
}

std::size_t ElfSymbols::size() const { return entries_.size() / sizeof(Elf64_Sym); }

std::optional<ElfSymbol> ElfSymbols::at(std::size_t index) const {
    if (index >= size()) return std::nullopt;
    const auto entry = read_at<Elf64_Sym>(entries_, index * sizeof(Elf64_Sym));
    if (!entry || entry->st_shndx == SHN_UNDEF) return std::nullopt;
    const std::string_view name = name_at(names_, entry->st_name);
    if (name.empty()) return std::nullopt;
    return ElfSymbol{name,
                     entry->st_value,
                     entry->st_size,
                     static_cast<std::uint8_t>(ELF64_ST_TYPE(entry->st_info)),
                     static_cast<std::uint8_t>(ELF64_ST_BIND(entry->st_info)),
                     entry->st_shndx};
}

std::optional<ElfSymbol> ElfSymbols::find_by_hash(std::string_view name) const {
    const GnuHash hash(gnu_hash_);
    if (hash.bucket_count == 0) return std::nullopt;
    const std::uint32_t wanted = gnu_hash_of(name);
    auto index = hash.bucket(wanted % hash.bucket_count);
    if (!index || *index == 0) return std::nullopt;
    for (; *index < size(); ++*index) {
        const auto entry = hash.chain(*index);
        if (!entry) break;
        if ((*entry | 1) == (wanted | 1)) {
            if (auto symbol = at(*index); symbol && symbol->name == name) return symbol;
        }
        if ((*entry & 1) != 0) break;
    }
    return std::nullopt;
}

std::optional<ElfSymbol> ElfSymbols::find(std::string_view name) const {
    if (!gnu_hash_.empty()) return find_by_hash(name);
    for (std::size_t i = 0; i < size(); ++i) {
        if (auto symbol = at(i); symbol && symbol->name == name) return symbol;
    }
    return std::nullopt;
}

std::optional<ElfSymbol> find_symbol(const ElfFile& file, std::string_view name) {
    if (auto symbol = ElfSymbols::dynamic(file).find(name)) return symbol;
    return ElfSymbols::full(file).find(name);
}

}  // namespace pycore
