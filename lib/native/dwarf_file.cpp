// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_file.h"

#include <algorithm>
#include <iterator>

#include "native/address_table.h"
#include "native/dwarf_entry.h"

namespace pycore {
namespace {

// What lines, inlined calls and names need; locations, macros and types stay unread and packed.
constexpr const char* kSections[] = {".debug_info",     ".debug_abbrev", ".debug_line",
                                     ".debug_line_str", ".debug_str",    ".debug_ranges",
                                     ".debug_rnglists", ".debug_addr",   ".debug_str_offsets"};

}  // namespace

DwarfFile::DwarfFile(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate)
    : file_(std::move(file)) {
    if (alternate) alternate_ = std::make_unique<DwarfFile>(std::move(alternate), nullptr);
    llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> sections;
    for (const char* name : kSections) {
        const auto bytes = section(name);
        const llvm::StringRef text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        // LLVM knows them without the dot. Nothing is copied.
        if (!text.empty()) sections[name + 1] = llvm::MemoryBuffer::getMemBuffer(text, name, false);
    }
    context_ = llvm::DWARFContext::create(sections, /*AddrSize=*/8, /*isLittleEndian=*/true, ignore_llvm_error,
                                          ignore_llvm_error);
    entries_ = section(".debug_info");
    for (const auto& unit : context_->compile_units()) units_.push_back(unit.get());
}

std::span<const std::byte> DwarfFile::section(const char* name) const {
    const ElfSection* section = file_->find_section(name);
    if (section == nullptr) return {};
    auto bytes = file_->section_bytes(*section);
    return bytes ? *bytes : std::span<const std::byte>{};
}

llvm::DWARFUnit* DwarfFile::find_unit(std::uint64_t offset) {
    const auto after = std::upper_bound(units_.begin(), units_.end(), offset,
                                        [](std::uint64_t o, const llvm::DWARFUnit* u) { return o < u->getOffset(); });
    if (after == units_.begin()) return nullptr;
    llvm::DWARFUnit* unit = *std::prev(after);
    return offset < unit->getNextUnitOffset() ? unit : nullptr;
}

bool DwarfFile::prepare(llvm::DWARFUnit& unit) {
    const auto [known, is_new] = prepared_.emplace(&unit, false);
    if (!is_new) return known->second;
    if (unit.getAddressByteSize() != 8 || unit.getNextUnitOffset() > entries_.size()) return false;
    if (!read_entry(*this, unit, unit.getOffset() + unit.getHeaderSize())) return false;
    unit.getUnitDIE();
    return prepared_[&unit] = true;
}

llvm::DWARFUnit* DwarfFile::unit_at(std::uint64_t offset) {
    llvm::DWARFUnit* unit = find_unit(offset);
    return unit != nullptr && prepare(*unit) ? unit : nullptr;
}

// By .debug_aranges; units that it leaves out (clang writes none) by their own ranges.
void DwarfFile::list_code() {
    std::vector<llvm::DWARFUnit*> listed;
    for (const AddressTableEntry& entry : parse_address_table(section(".debug_aranges"))) {
        llvm::DWARFUnit* unit = find_unit(entry.unit_offset);
        if (unit == nullptr || unit->getOffset() != entry.unit_offset) continue;
        if (listed.empty() || listed.back() != unit) listed.push_back(unit);
        code_.push_back({entry.begin, entry.end, unit});
    }
    std::sort(listed.begin(), listed.end());
    for (llvm::DWARFUnit* unit : units_) {
        if (std::binary_search(listed.begin(), listed.end(), unit) || !prepare(*unit)) continue;
        const auto root = read_entry(*this, *unit, unit->getOffset() + unit->getHeaderSize());
        for (const CodeRange& range : code_of(*root)) code_.push_back({range.begin, range.end, unit});
    }
    std::sort(code_.begin(), code_.end(), [](const UnitCode& a, const UnitCode& b) { return a.begin < b.begin; });
}

llvm::DWARFUnit* DwarfFile::unit_of_code(std::uint64_t link_address) {
    if (!code_listed_) list_code();
    code_listed_ = true;
    const auto after = std::upper_bound(code_.begin(), code_.end(), link_address,
                                        [](std::uint64_t a, const UnitCode& code) { return a < code.begin; });
    if (after == code_.begin() || link_address >= std::prev(after)->end) return nullptr;
    llvm::DWARFUnit* unit = std::prev(after)->unit;
    return prepare(*unit) ? unit : nullptr;
}

std::string_view DwarfFile::string_at(const char* section_name, std::uint64_t offset) const {
    const auto bytes = section(section_name);
    if (offset >= bytes.size()) return {};
    const std::string_view tail(reinterpret_cast<const char*>(bytes.data()) + offset, bytes.size() - offset);
    const auto end = tail.find('\0');
    return end == std::string_view::npos ? std::string_view{} : tail.substr(0, end);
}

}  // namespace pycore
