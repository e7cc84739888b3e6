// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Places where _PyRuntime may be: what modules' files say, and what a scan for the cookie finds.

#include <functional>
#include <span>
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

// Writable memory in the order of a search. `likely`: the data of modules (.data, .bss behind it) and
// the heap below the shared libraries; `rest`: everything else, stacks last, as far as the sum stays
// below a bound: a search over a hundred gigabytes would not end.
struct SearchOrder {
    std::vector<MemoryRegion> likely;
    std::vector<MemoryRegion> rest;
};
SearchOrder search_order(const ProcessSnapshot& process);

// Every 8-aligned cookie of _Py_DebugOffsets in `regions`, until `accept` returns true. (A program that
// carries the cookie as a constant has it read-only or unaligned.)
void search_for_cookie(const ProcessSnapshot& process, std::span<const MemoryRegion> regions,
                       const std::function<bool(const RuntimeCandidate&)>& accept);

}  // namespace pycore::layout
