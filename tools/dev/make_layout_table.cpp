// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// make-layout-table prints the table of lib/layout/tables/ for one build of CPython, out of its DWARF:
//
//   make-layout-table VERSION FILE > lib/layout/tables/cpython_3_8_18.def
//
// VERSION is the full version (3.8.18), FILE what holds the DWARF of the interpreter: the executable,
// libpythonX.Y.so, or its debug file. Nothing is executed. Register a new table in tables.cpp.

#include <cstdio>

#include "layout/dwarf_layout.h"
#include "layout/python_version.h"

using namespace pycore;

namespace {

std::string table_text(const layout::PythonVersion& version, const layout::RuntimeLayout& layout) {
    const std::string name = to_string(version);
    std::string text =
        "// SPDX-License-Identifier: Apache-2.0\n"
        "// SPDX-FileCopyrightText: the pycore authors\n"
        "// CPython " +
        name + ", x86-64. Made by: make-layout-table " + name + " FILE (the interpreter's DWARF)\n";
    for_each_field(layout, [&](const layout::FieldInfo& info, const layout::Offset& offset) {
        if (!offset) return;
        text += "LAYOUT_OFFSET(" + std::string(info.group) + ", " + std::string(info.field) + ", " +
                std::to_string(*offset) + ")\n";
    });
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    const auto version = argc == 3 ? layout::parse_version(argv[1]) : std::nullopt;
    if (!version) {
        std::fprintf(stderr, "usage: make-layout-table VERSION FILE, for example 3.8.18 libpython3.8.so.1.0\n");
        return 2;
    }
    auto file = ElfFile::open(argv[2]);
    if (!file) {
        std::fprintf(stderr, "make-layout-table: %s\n", file.error().message.c_str());
        return 1;
    }
    const auto layout = layout::read_dwarf_layout(*file);
    if (!layout) {
        std::fprintf(stderr, "make-layout-table: %s\n", layout.error().message.c_str());
        return 1;
    }
    std::fputs(table_text(*version, *layout).c_str(), stdout);
    return 0;
}
