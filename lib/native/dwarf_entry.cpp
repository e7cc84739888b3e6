// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_entry.h"

#include <algorithm>
#include <cstring>

#include "native/dwarf_file.h"

namespace pycore {
namespace {

using namespace llvm::dwarf;

constexpr int kMaxHops = 8;  // from an inlined call to the declaration that has the name

// Reads the values of one unit's attributes. A million of them in a large unit: all of it is inline.
class ValueReader {
public:
    ValueReader(DwarfFile& file, const llvm::DWARFUnit& unit, std::uint64_t offset)
        : bytes_(file.entries().first(std::min<std::uint64_t>(file.entries().size(), unit.getNextUnitOffset()))),
          offset_(offset),
          parameters_(unit.getFormParams()) {}

    bool is_sound() const { return offset_ <= bytes_.size(); }
    std::uint64_t offset() const { return offset_; }

    std::optional<std::uint64_t> uleb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && offset_ < bytes_.size(); shift += 7) {
            const auto byte = std::to_integer<std::uint8_t>(bytes_[offset_++]);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        return std::nullopt;
    }
    std::optional<std::uint64_t> fixed(std::size_t size) {
        std::uint64_t value = 0;
        if (!advance(size)) return std::nullopt;
        std::memcpy(&value, bytes_.data() + offset_ - size, std::min(size, sizeof(value)));
        return value;
    }
    std::optional<std::string_view> text() {
        const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + offset_, bytes_.size() - offset_);
        const auto size = rest.find('\0');
        if (size == std::string_view::npos) return std::nullopt;
        offset_ += size + 1;
        return rest.substr(0, size);
    }

    bool skip(Form form) {
        // DW_FORM_indirect names the real form; more than one is somebody's joke.
        if (form == DW_FORM_indirect) form = static_cast<Form>(uleb().value_or(DW_FORM_indirect));
        if (const auto size = fixed_size(form)) return advance(*size);
        switch (form) {
            case DW_FORM_flag_present:
            case DW_FORM_implicit_const: return true;
            case DW_FORM_string: return text().has_value();
            case DW_FORM_block1: return skip_block(fixed(1));
            case DW_FORM_block2: return skip_block(fixed(2));
            case DW_FORM_block4: return skip_block(fixed(4));
            case DW_FORM_block:
            case DW_FORM_exprloc: return skip_block(uleb());
            case DW_FORM_sdata:
            case DW_FORM_udata:
            case DW_FORM_ref_udata:
            case DW_FORM_strx:
            case DW_FORM_addrx:
            case DW_FORM_loclistx:
            case DW_FORM_rnglistx:
            case DW_FORM_GNU_addr_index:
            case DW_FORM_GNU_str_index: return uleb().has_value();
            default: return false;
        }
    }

    std::optional<std::size_t> fixed_size(Form form) const {
        switch (form) {
            case DW_FORM_data1:
            case DW_FORM_ref1:
            case DW_FORM_flag:
            case DW_FORM_strx1:
            case DW_FORM_addrx1: return 1;
            case DW_FORM_data2:
            case DW_FORM_ref2:
            case DW_FORM_strx2:
            case DW_FORM_addrx2: return 2;
            case DW_FORM_strx3:
            case DW_FORM_addrx3: return 3;
            case DW_FORM_data4:
            case DW_FORM_ref4:
            case DW_FORM_ref_sup4:
            case DW_FORM_strx4:
            case DW_FORM_addrx4: return 4;
            case DW_FORM_addr: return parameters_.AddrSize;
            case DW_FORM_data8:
            case DW_FORM_ref8:
            case DW_FORM_ref_sup8:
            case DW_FORM_ref_sig8: return 8;
            case DW_FORM_data16: return 16;
            case DW_FORM_ref_addr: return parameters_.getRefAddrByteSize();
            case DW_FORM_strp:
            case DW_FORM_line_strp:
            case DW_FORM_strp_sup:
            case DW_FORM_sec_offset:
            case DW_FORM_GNU_ref_alt:
            case DW_FORM_GNU_strp_alt: return parameters_.getDwarfOffsetByteSize();
            default: return std::nullopt;
        }
    }

private:
    bool advance(std::uint64_t size) {
        if (size > bytes_.size() - offset_) return false;
        offset_ += size;
        return true;
    }
    bool skip_block(std::optional<std::uint64_t> size) { return size && advance(*size); }

    std::span<const std::byte> bytes_;  // up to the end of the unit
    std::uint64_t offset_;              // at most bytes_.size(), if the reader is sound
    llvm::dwarf::FormParams parameters_;
};

std::optional<std::uint64_t> number_at(const DebugEntry& entry, const DebugAttribute& attribute) {
    if (attribute.form == DW_FORM_implicit_const) return attribute.implicit_value;
    if (attribute.form == DW_FORM_flag_present) return 1;
    ValueReader reader(*entry.file, *entry.unit, attribute.offset);
    if (!reader.is_sound()) return std::nullopt;
    if (const auto size = reader.fixed_size(attribute.form)) return reader.fixed(*size);
    switch (attribute.form) {
        case DW_FORM_udata:
        case DW_FORM_ref_udata:
        case DW_FORM_strx:
        case DW_FORM_addrx:
        case DW_FORM_rnglistx: return reader.uleb();
        default: return std::nullopt;  // none of the attributes that we ask for is signed
    }
}

std::optional<std::uint64_t> address_at(const DebugEntry& entry, const DebugAttribute& attribute) {
    const auto number = number_at(entry, attribute);
    switch (attribute.form) {
        case DW_FORM_addr: return number;
        case DW_FORM_addrx:
        case DW_FORM_addrx1:
        case DW_FORM_addrx2:
        case DW_FORM_addrx3:
        case DW_FORM_addrx4: {
            if (!number || *number > UINT32_MAX) return std::nullopt;
            const auto item = entry.unit->getAddrOffsetSectionItem(static_cast<std::uint32_t>(*number));
            if (item) return item->Address;
            return std::nullopt;
        }
        default: return std::nullopt;
    }
}

bool is_address(Form form) {
    return form == DW_FORM_addr || form == DW_FORM_addrx || (form >= DW_FORM_addrx1 && form <= DW_FORM_addrx4);
}

std::vector<CodeRange> listed_ranges(const DebugEntry& entry, const DebugAttribute& attribute) {
    std::vector<CodeRange> result;
    const auto number = number_at(entry, attribute);
    if (!number) return result;
    const bool by_index = attribute.form == DW_FORM_rnglistx;
    if (by_index && *number > UINT32_MAX) return result;
    auto ranges = by_index ? entry.unit->findRnglistFromIndex(static_cast<std::uint32_t>(*number))
                           : entry.unit->findRnglistFromOffset(*number);
    if (!ranges) {
        ignore_llvm_error(ranges.takeError());
        return result;
    }
    for (const llvm::DWARFAddressRange& range : *ranges) {
        if (range.LowPC < range.HighPC) result.push_back({range.LowPC, range.HighPC});
    }
    return result;
}

std::optional<DebugEntry> entry_referred_to(const DebugEntry& from, Attribute name) {
    const auto attribute = from.find(name);
    const auto number = attribute ? number_at(from, *attribute) : std::nullopt;
    if (!number) return std::nullopt;
    DwarfFile* file = from.file;
    switch (attribute->form) {
        case DW_FORM_ref1:
        case DW_FORM_ref2:
        case DW_FORM_ref4:
        case DW_FORM_ref8:
        case DW_FORM_ref_udata: return read_entry(*file, *from.unit, from.unit->getOffset() + *number);
        case DW_FORM_ref_addr: break;
        case DW_FORM_GNU_ref_alt: file = from.file->alternate(); break;
        default: return std::nullopt;
    }
    llvm::DWARFUnit* unit = file != nullptr ? file->unit_at(*number) : nullptr;
    if (unit == nullptr) return std::nullopt;
    return read_entry(*file, *unit, *number);
}

}  // namespace

bool DebugEntry::has(Attribute attribute) const {
    return abbreviation != nullptr && abbreviation->findAttributeIndex(attribute);
}

std::optional<DebugAttribute> DebugEntry::find(Attribute attribute) const {
    if (!has(attribute)) return std::nullopt;
    ValueReader reader(*file, *unit, attributes);
    if (!reader.is_sound()) return std::nullopt;
    for (const auto& spec : abbreviation->attributes()) {
        if (spec.Attr == attribute) {
            const auto implicit = spec.isImplicitConst() ? static_cast<std::uint64_t>(spec.getImplicitConstValue()) : 0;
            return DebugAttribute{spec.Form, reader.offset(), implicit};
        }
        if (!reader.skip(spec.Form)) break;
    }
    return std::nullopt;
}

std::optional<DebugEntry> read_entry(DwarfFile& file, llvm::DWARFUnit& unit, std::uint64_t offset) {
    if (offset < unit.getOffset() + unit.getHeaderSize() || offset >= unit.getNextUnitOffset()) return std::nullopt;
    ValueReader reader(file, unit, offset);
    const auto code = reader.is_sound() ? reader.uleb() : std::nullopt;
    if (!code || *code > UINT32_MAX) return std::nullopt;
    DebugEntry entry{&file, &unit, nullptr, offset, reader.offset(), reader.offset(), {}};
    if (*code == 0) return entry;
    const auto* abbreviations = unit.getAbbreviations();
    if (abbreviations == nullptr) return std::nullopt;
    entry.abbreviation = abbreviations->getAbbreviationDeclaration(static_cast<std::uint32_t>(*code));
    if (entry.abbreviation == nullptr) return std::nullopt;
    for (const auto& spec : entry.abbreviation->attributes()) {
        const std::uint64_t begin = reader.offset();
        if (!reader.skip(spec.Form)) return std::nullopt;
        if (spec.Attr != DW_AT_sibling) continue;
        if (const auto number = number_at(entry, {spec.Form, begin, 0})) entry.sibling = unit.getOffset() + *number;
    }
    entry.next = reader.offset();
    return entry;
}

std::optional<std::uint64_t> offset_after(const DebugEntry& entry) {
    if (!entry.has_children()) return entry.next;
    if (entry.sibling) return *entry.sibling >= entry.next ? entry.sibling : std::nullopt;
    std::uint64_t offset = entry.next;
    for (std::size_t depth = 1; depth > 0;) {
        const auto child = read_entry(*entry.file, *entry.unit, offset);
        if (!child) return std::nullopt;
        offset = child->next;
        if (child->is_null()) --depth;
        if (child->has_children()) ++depth;
    }
    return offset;
}

std::optional<std::uint64_t> number_of(const DebugEntry& entry, Attribute name) {
    const auto attribute = entry.find(name);
    return attribute ? number_at(entry, *attribute) : std::nullopt;
}

std::string string_of(const DebugEntry& entry, Attribute name) {
    const auto attribute = entry.find(name);
    if (!attribute) return {};
    ValueReader reader(*entry.file, *entry.unit, attribute->offset);
    if (!reader.is_sound()) return {};
    if (attribute->form == DW_FORM_string) return std::string(reader.text().value_or(""));
    const auto number = number_at(entry, *attribute);
    if (!number) return {};
    switch (attribute->form) {
        case DW_FORM_strp: return std::string(entry.file->string_at(".debug_str", *number));
        case DW_FORM_line_strp: return std::string(entry.file->string_at(".debug_line_str", *number));
        case DW_FORM_GNU_strp_alt: {
            DwarfFile* alternate = entry.file->alternate();
            return alternate ? std::string(alternate->string_at(".debug_str", *number)) : std::string();
        }
        case DW_FORM_strx:
        case DW_FORM_strx1:
        case DW_FORM_strx2:
        case DW_FORM_strx3:
        case DW_FORM_strx4: break;
        default: return {};
    }
    if (*number > UINT32_MAX) return {};
    auto offset = entry.unit->getStringOffsetSectionItem(static_cast<std::uint32_t>(*number));
    if (offset) return std::string(entry.file->string_at(".debug_str", *offset));
    ignore_llvm_error(offset.takeError());
    return {};
}

std::vector<CodeRange> code_of(const DebugEntry& entry) {
    if (const auto ranges = entry.find(DW_AT_ranges)) return listed_ranges(entry, *ranges);
    const auto low = entry.find(DW_AT_low_pc);
    const auto high = entry.find(DW_AT_high_pc);
    const auto begin = low ? address_at(entry, *low) : std::nullopt;
    if (!begin || !high) return {};
    // DW_AT_high_pc is an address or, from DWARF 4 on, a size.
    auto end = is_address(high->form) ? address_at(entry, *high) : number_at(entry, *high);
    if (end && !is_address(high->form)) *end += *begin;
    if (!end || *end <= *begin) return {};
    return {{*begin, *end}};
}

std::string function_name(DebugEntry entry) {
    std::string plain;
    for (int hop = 0; hop < kMaxHops; ++hop) {
        for (const auto attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
            if (auto linkage = string_of(entry, attribute); !linkage.empty()) return linkage;
        }
        if (plain.empty()) plain = string_of(entry, DW_AT_name);
        auto next = entry_referred_to(entry, DW_AT_abstract_origin);
        if (!next) next = entry_referred_to(entry, DW_AT_specification);
        if (!next) break;
        entry = *next;
    }
    return plain;
}

}  // namespace pycore
