// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DwarfLines tells the source of an address: file, line, column, and the calls that were inlined there.
// A unit's functions are listed once, by hopping over everything else in it; its line table is read
// once. Answers are less where DWARF is damaged, never an exception.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elf/elf_file.h"
#include "state/native_frame.h"

namespace pycore {

// A function and the place in it: where it calls the next one, innermost: the place asked for.
struct SourceFrame {
    std::optional<std::string> raw_name;
    std::optional<SourceLocation> location;
};

class DwarfLines {
public:
    // `file` has the DWARF (the module, or its debug file); `alternate` as in DebugFileFinder, or null.
    DwarfLines(std::shared_ptr<const ElfFile> file, std::shared_ptr<const ElfFile> alternate);
    ~DwarfLines();
    DwarfLines(const DwarfLines&) = delete;
    DwarfLines& operator=(const DwarfLines&) = delete;

    // The physical function first, then what was inlined into it; empty where no unit has the address.
    std::vector<SourceFrame> find(std::uint64_t link_address);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace pycore
