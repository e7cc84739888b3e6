// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/dwarf_types.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <vector>

namespace pycore {
namespace {

constexpr int kMaxTypeChain = 32;           // typedefs of typedefs
constexpr std::size_t kMaxUnits = 100'000;  // of a damaged .debug_info
constexpr std::size_t kMaxDies = 2'000'000;

bool is_structure(int tag) { return tag == DW_TAG_structure_type || tag == DW_TAG_union_type; }

bool is_alias(int tag) {
    return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_atomic_type;
}

std::optional<Dwarf_Die> type_of(Dwarf_Die* die) {
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    if (dwarf_attr(die, DW_AT_type, &attribute) == nullptr) return std::nullopt;
    if (dwarf_formref_die(&attribute, &type) == nullptr) return std::nullopt;
    return type;
}

// The structure behind typedefs and qualifiers.
std::optional<Dwarf_Die> structure_behind(Dwarf_Die die) {
    for (int i = 0; i < kMaxTypeChain; ++i) {
        if (is_structure(dwarf_tag(&die))) return die;
        if (!is_alias(dwarf_tag(&die))) return std::nullopt;
        const auto next = type_of(&die);
        if (!next) return std::nullopt;
        die = *next;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> unsigned_attribute(Dwarf_Die* die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr(die, name, &attribute) == nullptr) return std::nullopt;
    if (dwarf_formudata(&attribute, &value) != 0) return std::nullopt;
    return value;
}

// Offset of a DW_TAG_member; bit fields have bits (DWARF 5), union members nothing.
std::uint64_t member_offset(Dwarf_Die* member) {
    if (const auto bytes = unsigned_attribute(member, DW_AT_data_member_location)) return *bytes;
    if (const auto bits = unsigned_attribute(member, DW_AT_data_bit_offset)) return *bits / 8;
    return 0;
}

std::optional<Dwarf_Die> find_member(Dwarf_Die structure, std::string_view name) {
    Dwarf_Die child;
    if (dwarf_child(&structure, &child) != 0) return std::nullopt;
    std::size_t budget = kMaxDies;
    do {
        if (dwarf_tag(&child) != DW_TAG_member) continue;
        const char* member_name = dwarf_diename(&child);
        if (member_name != nullptr && name == member_name) return child;
    } while (--budget > 0 && dwarf_siblingof(&child, &child) == 0);
    return std::nullopt;
}

bool ends_in_one_of(std::string_view text, std::span<const std::string_view> suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&](std::string_view suffix) { return text.ends_with(suffix); });
}

}  // namespace

struct DwarfTypes::Implementation {
    std::shared_ptr<const ElfFile> file;
    Dwarf* dwarf = nullptr;
    std::map<std::string, Dwarf_Die, std::less<>> types;
    std::size_t dies_left = kMaxDies;

    ~Implementation() {
        if (dwarf != nullptr) dwarf_end(dwarf);
    }

    void add_type(Dwarf_Die die) {
        const int tag = dwarf_tag(&die);
        if (!is_structure(tag) && tag != DW_TAG_typedef) return;
        if (dwarf_hasattr(&die, DW_AT_declaration) != 0) return;
        const char* name = dwarf_diename(&die);
        if (name == nullptr) return;
        // A tag and a typedef of the same name mean the same structure.
        if (!types.contains(name) && structure_behind(die)) types.emplace(name, die);
    }

    // Top-level types of a unit, and of the partial units that it imports (dwz).
    void add_unit(Dwarf_Die unit) {
        std::vector<Dwarf_Die> pending = {unit};
        for (std::size_t i = 0; i < pending.size() && i < kMaxUnits; ++i) {
            Dwarf_Die child;
            if (dwarf_child(&pending[i], &child) != 0) continue;
            do {
                if (dwarf_tag(&child) == DW_TAG_imported_unit) {
                    Dwarf_Attribute attribute;
                    Dwarf_Die imported;
                    if (dwarf_attr(&child, DW_AT_import, &attribute) != nullptr &&
                        dwarf_formref_die(&attribute, &imported) != nullptr) {
                        pending.push_back(imported);
                    }
                }
                add_type(child);
            } while (--dies_left > 0 && dwarf_siblingof(&child, &child) == 0);
        }
    }

    std::optional<Dwarf_Die> find_structure(std::string_view name) const {
        const auto found = types.find(name);
        return found == types.end() ? std::nullopt : structure_behind(found->second);
    }
};

DwarfTypes::DwarfTypes(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
DwarfTypes::~DwarfTypes() = default;
DwarfTypes::DwarfTypes(DwarfTypes&&) noexcept = default;
DwarfTypes& DwarfTypes::operator=(DwarfTypes&&) noexcept = default;

Result<DwarfTypes> DwarfTypes::open(std::shared_ptr<const ElfFile> file,
                                    std::span<const std::string_view> unit_suffixes) {
    const std::string path = file->path();
    auto implementation = std::make_unique<Implementation>();
    implementation->dwarf = dwarf_begin_elf(file->handle(), DWARF_C_READ, nullptr);
    implementation->file = std::move(file);
    if (implementation->dwarf == nullptr) return Error{ErrorCode::NotFound, path + " has no DWARF", {}};
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    for (std::size_t i = 0; i < kMaxUnits; ++i) {
        if (dwarf_get_units(implementation->dwarf, unit, &unit, nullptr, nullptr, &die, nullptr) != 0) break;
        const char* name = dwarf_tag(&die) == DW_TAG_compile_unit ? dwarf_diename(&die) : nullptr;
        if (name != nullptr && ends_in_one_of(name, unit_suffixes)) implementation->add_unit(die);
    }
    if (implementation->types.empty()) {
        return Error{ErrorCode::NotFound, path + " has no DWARF of the units asked for", {}};
    }
    return DwarfTypes(std::move(implementation));
}

std::optional<std::uint64_t> DwarfTypes::size_of(std::string_view type) const {
    auto structure = implementation_->find_structure(type);
    return structure ? unsigned_attribute(&*structure, DW_AT_byte_size) : std::nullopt;
}

std::optional<std::uint64_t> DwarfTypes::offset_of(std::string_view type, std::string_view path) const {
    auto structure = implementation_->find_structure(type);
    std::uint64_t offset = 0;
    while (structure) {
        const auto dot = path.find('.');
        auto member = find_member(*structure, path.substr(0, dot));
        if (!member) return std::nullopt;
        offset += member_offset(&*member);
        if (dot == std::string_view::npos) return offset;
        path.remove_prefix(dot + 1);
        const auto type_die = type_of(&*member);
        if (!type_die) return std::nullopt;
        structure = structure_behind(*type_die);
    }
    return std::nullopt;
}

}  // namespace pycore
