// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_lines.h"

#include <exception>
#include <stdexcept>
#include <unordered_map>

#include "native/dwarf_functions.h"

namespace pycore {
namespace {

using llvm::DWARFDebugLine;
using LineTable = DWARFDebugLine::LineTable;

// LLVM ends the process where it meets what it holds impossible; we go on without the answer.
void throw_fatal_error(void*, const char* reason, bool) { throw std::runtime_error(reason); }

void install_fatal_error_handler_once() {
    static const bool installed = [] {
        llvm::install_fatal_error_handler(throw_fatal_error);
        return true;
    }();
    static_cast<void>(installed);
}

// "/build/./Modules/x.c" -> "/build/Modules/x.c": the same file, told the same way.
void drop_idle_parts(std::string& path) {
    for (auto at = path.find("/./"); at != std::string::npos; at = path.find("/./", at)) path.erase(at, 2);
    if (path.size() > 2 && path.starts_with("./")) path.erase(0, 2);
}

std::optional<SourceLocation> location_of(const LineTable& table, const char* directory, std::uint64_t file,
                                          std::uint64_t line, std::uint64_t column) {
    if (line == 0) return std::nullopt;  // code that no line made
    SourceLocation location;
    location.line = static_cast<std::int64_t>(line);
    if (column != 0) location.column = static_cast<std::int64_t>(column);
    constexpr auto kKind = llvm::DILineInfoSpecifier::FileLineInfoKind::AbsoluteFilePath;
    if (!table.getFileNameByIndex(file, directory, kKind, location.file)) return std::nullopt;
    drop_idle_parts(location.file);
    return location;
}

std::optional<SourceLocation> location_at(const LineTable& table, const char* directory, std::uint64_t link_address) {
    const std::uint32_t index = table.lookupAddress({link_address, llvm::object::SectionedAddress::UndefSection});
    if (index == table.UnknownRowIndex || index >= table.Rows.size()) return std::nullopt;
    const DWARFDebugLine::Row& row = table.Rows[index];
    return location_of(table, directory, row.File, row.Line, row.Column);
}

std::optional<SourceLocation> call_site_of(const DebugEntry& inlined, const LineTable& table, const char* directory) {
    using namespace llvm::dwarf;
    const llvm::DWARFDie die = inlined.die();
    const auto number = [&](Attribute attribute) { return toUnsigned(die.find(attribute), 0); };
    return location_of(table, directory, number(DW_AT_call_file), number(DW_AT_call_line), number(DW_AT_call_column));
}

}  // namespace

struct DwarfLines::Implementation {
    Implementation(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate)
        : dwarf(std::move(file), std::move(alternate)) {}

    struct Unit {
        Unit(DwarfFile& file, llvm::DWARFUnit& unit) : functions(file, unit) {}
        DwarfFunctions functions;
        const LineTable* lines = nullptr;
        const char* directory = nullptr;
    };

    Unit& unit_for(llvm::DWARFUnit& unit) {
        auto& known = units[&unit];
        if (known) return *known;
        known = std::make_unique<Unit>(dwarf, unit);
        auto lines = dwarf.context().getLineTableForUnit(&unit, ignore_llvm_error);
        if (lines) {
            known->lines = *lines;
        } else {
            ignore_llvm_error(lines.takeError());
        }
        known->directory = unit.getCompilationDir();
        return *known;
    }

    std::vector<SourceFrame> find(std::uint64_t link_address) {
        llvm::DWARFUnit* dwarf_unit = dwarf.unit_of_code(link_address);
        if (dwarf_unit == nullptr) return {};
        Unit& unit = unit_for(*dwarf_unit);
        std::vector<SourceFrame> frames;
        for (const DebugEntry& entry : unit.functions.chain_at(link_address)) {
            SourceFrame& frame = frames.emplace_back();
            if (auto name = function_name(entry); !name.empty()) frame.raw_name = std::move(name);
            if (frames.size() < 2 || unit.lines == nullptr) continue;
            frames[frames.size() - 2].location = call_site_of(entry, *unit.lines, unit.directory);
        }
        if (frames.empty()) frames.emplace_back();
        if (unit.lines != nullptr) frames.back().location = location_at(*unit.lines, unit.directory, link_address);
        return frames;
    }

    DwarfFile dwarf;
    std::unordered_map<llvm::DWARFUnit*, std::unique_ptr<Unit>> units;
};

DwarfLines::DwarfLines(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate) {
    install_fatal_error_handler_once();
    try {
        implementation_ = std::make_unique<Implementation>(std::move(file), std::move(alternate));
    } catch (const std::exception&) {  // no DWARF, then
    }
}

DwarfLines::~DwarfLines() = default;

std::vector<SourceFrame> DwarfLines::find(std::uint64_t link_address) {
    if (!implementation_) return {};
    try {
        return implementation_->find(link_address);
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace pycore
