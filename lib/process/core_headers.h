// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The ELF header and the program headers of a core: what the file is, and where its notes and memory
// lie. Both the kernel and gdb write
//   ELF header | program headers | ... what they name, one behind the other ...
// (kernel: notes, memory, section 0 if there are 65535 segments or more; gdb: memory, notes, sections),
// so that a count of segments that got damaged is seen by where the first of them begins.

#include <cstdint>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "base/result.h"
#include "elf/elf_header.h"

namespace pycore {

struct CoreHeaders {
    std::vector<ElfSegment> segments;
    std::uint64_t table_end = 0;   // file offset behind the program headers
    bool segments_lost = false;    // damaged program headers: some memory is in the file, but not known where
    std::uint64_t whole_size = 0;  // bytes that the file would have if all of it were there
};

// An Error says what the file is instead of a core of x86-64, and what to do.
Result<CoreHeaders> parse_core_headers(std::span<const std::byte> file, Diagnostics& diagnostics);

}  // namespace pycore
