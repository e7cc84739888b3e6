// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// An ELF file with DWARF: functions, inlined calls and lines by address, layouts of structures by name.
#include "fuzz/elf_input.h"
#include "layout/dwarf_layout.h"
#include "native/dwarf_lines.h"

namespace pycore::fuzz {

void fuzz_dwarf(Bytes input) {
    const auto file = open_elf(input);
    if (!file) return;
    DwarfLines lines(file, nullptr);
    for (const std::uint64_t address : addresses_of(*file)) lines.find(address);
    DwarfLines with_alternate(file, file);
    for (const std::uint64_t address : addresses_of(*file)) with_alternate.find(address);
    static_cast<void>(layout::read_dwarf_layout(file));
}

}  // namespace pycore::fuzz
