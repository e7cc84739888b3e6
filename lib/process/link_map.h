// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The dynamic linker's own list of what it loaded, which debuggers find through DT_DEBUG of the
// executable (<link.h>, glibc elf/dl-debug.c, musl ldso/dynlink.c):
//   r_debug   0 version i32  8 first link_map  16 breakpoint  24 state  32 base of ld.so
//             40 next namespace's r_debug (version 2 and later, glibc 2.35)
//   link_map  0 load bias  8 name  16 dynamic section  24 next  32 previous

#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "memory/memory_image.h"

namespace pycore {

struct LinkMapEntry {
    std::uint64_t load_bias = 0;
    std::string name;  // empty for the executable; as dlopen() was told, so maybe relative
    Address dynamic;   // its dynamic section in memory
};

// In the order of loading, the executable first. A torn list gives what comes before the tear.
std::vector<LinkMapEntry> read_link_map(const MemoryImage& memory, Address r_debug, Diagnostics& diagnostics);

}  // namespace pycore
