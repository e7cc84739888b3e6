// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Places where _PyRuntime may be: what modules' files say, and what a scan for the cookie finds.

#include <string_view>
#include <vector>

#include "process/process_snapshot.h"

namespace pycore::layout {

struct RuntimeCandidate {
    Address address;
    const Module* module = nullptr;
    std::string_view located_by;  // "section", "symbol", "cookie"
};

// By section and symbol, likely modules first: the executable, then whatever is called python.
std::vector<RuntimeCandidate> candidates_in_files(const ProcessSnapshot& process);

// Every 8-aligned cookie of _Py_DebugOffsets in writable memory, modules' data first. Stops at the
// first few: a program that carries the cookie as a constant has it read-only or unaligned.
std::vector<RuntimeCandidate> candidates_by_cookie(const ProcessSnapshot& process);

// Writable regions in the order of a search for module data: those of modules and right behind them
// (.data, .bss), then all others.
std::vector<MemoryRegion> writable_regions(const ProcessSnapshot& process);

}  // namespace pycore::layout
