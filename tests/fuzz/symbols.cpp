// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// An ELF file: sections, notes, symbol tables, .gnu_debugdata, links to debug files.
#include "elf/debug_file_finder.h"
#include "elf/mini_debug_info.h"
#include "elf/symbol_table.h"
#include "fuzz/elf_input.h"

namespace pycore::fuzz {

void fuzz_symbols(Bytes input) {
    const auto file = open_elf(input);
    if (!file) return;
    file->build_id();
    for (const ElfSection& section : file->sections()) static_cast<void>(file->section_bytes(section));
    static_cast<void>(open_mini_debug_info(*file));
    const SymbolTable table(file);
    for (const std::uint64_t address : addresses_of(*file)) {
        table.find_function(address);
        file->bytes_at(address, 64);
    }
    for (const char* name : {"_PyRuntime", "local_function", "", "Py_Version"}) find_symbol(*file, name);
    const DebugFileFinder finder({});
    finder.find(*file);
    finder.find_alternate(*file);
}

}  // namespace pycore::fuzz
