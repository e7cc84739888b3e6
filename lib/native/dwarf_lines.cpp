// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/dwarf_lines.h"

#include <exception>
#include <stdexcept>
#include <unordered_map>

#include "native/dwarf_file.h"
#include "native/dwarf_functions.h"
#include "native/line_table_check.h"

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

std::string below(const std::string& directory, std::string path) {
    if (path.starts_with('/') || directory.empty()) return path;
    return directory + "/" + path;
}

// The file of a line table as an absolute path, where the compiler told its directory. (LLVM 14's own
// getFileNameByIndex puts a relative compilation directory in front twice.)
std::string file_path(const LineTable& table, std::string directory, std::uint64_t index) {
    const auto& prologue = table.Prologue;
    if (!prologue.hasFileAtIndex(index)) return {};
    const auto& entry = prologue.getFileNameEntry(index);
    const auto& directories = prologue.IncludeDirectories;
    // Until DWARF 5 directory 0 is the compilation directory and stands nowhere; from then on it is listed.
    const std::uint64_t first = prologue.getVersion() >= 5 ? 0 : 1;
    if (entry.DirIdx >= first && entry.DirIdx - first < directories.size() && entry.DirIdx != 0) {
        directory = below(directory, llvm::dwarf::toString(directories[entry.DirIdx - first], ""));
    }
    std::string path = below(directory, llvm::dwarf::toString(entry.Name, ""));
    drop_idle_parts(path);
    return path;
}

std::optional<SourceLocation> location_of(const LineTable& table, const std::string& directory, std::uint64_t file,
                                          std::uint64_t line, std::uint64_t column) {
    if (line == 0) return std::nullopt;  // code that no line made
    SourceLocation location;
    location.line = static_cast<std::int64_t>(line);
    if (column != 0) location.column = static_cast<std::int64_t>(column);
    location.file = file_path(table, directory, file);
    if (location.file.empty()) return std::nullopt;
    return location;
}

std::optional<SourceLocation> location_at(const LineTable& table, const std::string& directory,
                                          std::uint64_t link_address) {
    const std::uint32_t index = table.lookupAddress({link_address, llvm::object::SectionedAddress::UndefSection});
    if (index == table.UnknownRowIndex || index >= table.Rows.size()) return std::nullopt;
    const DWARFDebugLine::Row& row = table.Rows[index];
    return location_of(table, directory, row.File, row.Line, row.Column);
}

std::optional<SourceLocation> call_site_of(const DebugEntry& inlined, const LineTable& table,
                                           const std::string& directory) {
    using namespace llvm::dwarf;
    const auto number = [&](Attribute attribute) { return number_of(inlined, attribute).value_or(0); };
    return location_of(table, directory, number(DW_AT_call_file), number(DW_AT_call_line), number(DW_AT_call_column));
}

const LineTable* line_table_of(DwarfFile& dwarf, llvm::DWARFUnit& unit, const DebugEntry& root) {
    const auto offset = number_of(root, llvm::dwarf::DW_AT_stmt_list);
    if (!offset || !has_sound_header(dwarf.section(".debug_line"), *offset)) return nullptr;
    auto lines = dwarf.context().getLineTableForUnit(&unit, ignore_llvm_error);
    if (lines) return *lines;
    ignore_llvm_error(lines.takeError());
    return nullptr;
}

}  // namespace

struct DwarfLines::Implementation {
    Implementation(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate)
        : dwarf(std::move(file), std::move(alternate)) {}

    struct Unit {
        Unit(DwarfFile& file, llvm::DWARFUnit& unit) : functions(file, unit) {}
        DwarfFunctions functions;
        const LineTable* lines = nullptr;
        std::string directory;  // what its relative paths are relative to
    };

    Unit& unit_for(llvm::DWARFUnit& unit) {
        auto& known = units[&unit];
        if (known) return *known;
        known = std::make_unique<Unit>(dwarf, unit);
        const auto root = read_entry(dwarf, unit, unit.getOffset() + unit.getHeaderSize());
        if (!root) return *known;
        known->lines = line_table_of(dwarf, unit, *root);
        known->directory = string_of(*root, llvm::dwarf::DW_AT_comp_dir);
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
