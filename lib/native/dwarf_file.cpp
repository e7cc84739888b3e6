// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_file.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace pycore {
namespace {

// What lines, inlined calls and names need; locations, macros and types stay unread and packed.
constexpr const char* kSections[] = {"debug_info", "debug_abbrev", "debug_aranges",  "debug_line", "debug_line_str",
                                     "debug_str",  "debug_ranges", "debug_rnglists", "debug_addr", "debug_str_offsets"};
constexpr int kMaxHops = 8;  // from an inlined call to the declaration that has the name

llvm::StringRef as_string_ref(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> section_bytes(const ElfFile& file, std::string_view name) {
    const ElfSection* section = file.find_section(name);
    if (section == nullptr) return {};
    auto bytes = file.section_bytes(*section);
    return bytes ? *bytes : std::span<const std::byte>{};
}

std::string string_of(const DebugEntry& entry, llvm::dwarf::Attribute attribute) {
    const auto value = entry.die().find(attribute);
    if (!value) return {};
    if (value->getForm() == llvm::dwarf::DW_FORM_GNU_strp_alt) {
        DwarfFile* alternate = entry.file->alternate();
        return alternate ? std::string(alternate->string_at(value->getRawUValue())) : std::string();
    }
    return llvm::dwarf::toString(value, "");
}

std::optional<DebugEntry> entry_referred_to(const DebugEntry& from, llvm::dwarf::Attribute attribute) {
    const auto value = from.die().find(attribute);
    if (!value) return std::nullopt;
    DwarfFile* file = from.file;
    std::uint64_t offset = value->getRawUValue();
    switch (value->getForm()) {
        case llvm::dwarf::DW_FORM_ref1:
        case llvm::dwarf::DW_FORM_ref2:
        case llvm::dwarf::DW_FORM_ref4:
        case llvm::dwarf::DW_FORM_ref8:
        case llvm::dwarf::DW_FORM_ref_udata: return read_entry(*file, *from.unit, from.unit->getOffset() + offset);
        case llvm::dwarf::DW_FORM_ref_addr: break;
        case llvm::dwarf::DW_FORM_GNU_ref_alt: file = from.file->alternate(); break;
        default: return std::nullopt;
    }
    llvm::DWARFUnit* unit = file != nullptr ? file->unit_at(offset) : nullptr;
    if (unit == nullptr) return std::nullopt;
    return read_entry(*file, *unit, offset);
}

}  // namespace

DwarfFile::DwarfFile(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate)
    : file_(std::move(file)) {
    if (alternate) alternate_ = std::make_unique<DwarfFile>(std::move(alternate), nullptr);
    llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> sections;
    for (const char* name : kSections) add_section(name, sections);
    context_ = llvm::DWARFContext::create(sections, /*AddrSize=*/8, /*isLittleEndian=*/true, ignore_llvm_error,
                                          ignore_llvm_error);
}

void DwarfFile::add_section(const char* name, llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>>& sections) const {
    const auto bytes = section_bytes(*file_, "." + std::string(name));
    if (bytes.empty()) return;
    sections[name] = llvm::MemoryBuffer::getMemBuffer(as_string_ref(bytes), name, /*RequiresNullTerminator=*/false);
}

llvm::DWARFUnit* DwarfFile::unit_of_code(std::uint64_t link_address) {
    const std::uint64_t offset = context_->getDebugAranges()->findAddress(link_address);
    if (offset == UINT64_MAX) return nullptr;
    llvm::DWARFUnit* unit = unit_at(offset);
    return unit != nullptr && unit->getOffset() == offset ? unit : nullptr;
}

llvm::DWARFUnit* DwarfFile::unit_at(std::uint64_t offset) {
    if (units_.empty()) {
        for (const auto& unit : context_->compile_units()) units_.push_back(unit.get());
    }
    const auto after = std::upper_bound(units_.begin(), units_.end(), offset,
                                        [](std::uint64_t o, const llvm::DWARFUnit* u) { return o < u->getOffset(); });
    if (after == units_.begin()) return nullptr;
    llvm::DWARFUnit* unit = *std::prev(after);
    return offset < unit->getNextUnitOffset() ? unit : nullptr;
}

std::string_view DwarfFile::string_at(std::uint64_t offset) const {
    const llvm::StringRef strings = context_->getDWARFObj().getStrSection();
    if (offset >= strings.size()) return {};
    const std::string_view tail(strings.data() + offset, strings.size() - offset);
    const auto end = tail.find('\0');
    return end == std::string_view::npos ? std::string_view{} : tail.substr(0, end);
}

bool DebugEntry::has_address(std::uint64_t link_address) const {
    auto ranges = die().getAddressRanges();
    if (!ranges) {
        ignore_llvm_error(ranges.takeError());
        return false;
    }
    return std::any_of(ranges->begin(), ranges->end(), [&](const llvm::DWARFAddressRange& range) {
        return range.LowPC <= link_address && link_address < range.HighPC;
    });
}

std::optional<DebugEntry> read_entry(DwarfFile& file, llvm::DWARFUnit& unit, std::uint64_t offset) {
    if (offset < unit.getOffset() + unit.getHeaderSize() || offset >= unit.getNextUnitOffset()) return std::nullopt;
    DebugEntry result{&file, &unit, {}, offset};
    if (!result.entry.extractFast(unit, &result.next, unit.getDebugInfoExtractor(), unit.getNextUnitOffset(), 0)) {
        return std::nullopt;
    }
    return result;
}

std::optional<std::uint64_t> offset_after(const DebugEntry& entry) {
    if (!entry.entry.hasChildren()) return entry.next;
    if (const auto sibling = entry.die().find(llvm::dwarf::DW_AT_sibling)) {
        const std::uint64_t offset = entry.unit->getOffset() + sibling->getRawUValue();
        return offset >= entry.next ? std::optional(offset) : std::nullopt;
    }
    std::uint64_t offset = entry.next;
    for (std::size_t depth = 1; depth > 0;) {
        const auto child = read_entry(*entry.file, *entry.unit, offset);
        if (!child) return std::nullopt;
        offset = child->next;
        if (child->is_null()) --depth;
        if (child->entry.hasChildren()) ++depth;
    }
    return offset;
}

std::string function_name(DebugEntry entry) {
    std::string plain;
    for (int hop = 0; hop < kMaxHops; ++hop) {
        for (const auto attribute : {llvm::dwarf::DW_AT_linkage_name, llvm::dwarf::DW_AT_MIPS_linkage_name}) {
            if (auto linkage = string_of(entry, attribute); !linkage.empty()) return linkage;
        }
        if (plain.empty()) plain = string_of(entry, llvm::dwarf::DW_AT_name);
        auto next = entry_referred_to(entry, llvm::dwarf::DW_AT_abstract_origin);
        if (!next) next = entry_referred_to(entry, llvm::dwarf::DW_AT_specification);
        if (!next) break;
        entry = *next;
    }
    return plain;
}

}  // namespace pycore
