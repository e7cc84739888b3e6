// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Symbolizer names native frames: function by .symtab, .dynsym and .gnu_debugdata, demangled; file,
// line, column and inlined calls by DWARF of the same build-id, in the module or in a separate debug
// file. Everything is looked up once a distinct pc and read only for modules and units with frames.
// LLVM lives here and nowhere else.

#include <memory>
#include <span>

#include "base/diagnostics.h"
#include "process/open_process.h"
#include "process/process_snapshot.h"
#include "state/native_frame.h"

namespace pycore {

struct SymbolizeOptions {
    bool lines = true;  // --native-lines=auto; false: names only
    FileSearch search;
};

class Symbolizer {
public:
    Symbolizer(const ProcessSnapshot& process, SymbolizeOptions options, Diagnostics& diagnostics);
    ~Symbolizer();
    Symbolizer(Symbolizer&&) noexcept;

    // Fills function, inlined, module, build_id and module_offset of every frame.
    void symbolize(NativeStack& stack);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace pycore
