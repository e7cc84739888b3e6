// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ElfBuilder makes small shared objects and programs, laid out as linkers do:
//   link address  file offset  size
//   0             0            0x800   R   headers, build-id, names
//   0x1000        0x1000       0x1800  RX  code: every byte is `code`
//   0x3800        0x2800       0x400   RW  the dynamic section, data; 0x1000 of .bss behind it
// `link_base` is added to each link address.

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"

namespace pycore::test {

struct ElfBuilder {
    static constexpr std::uint64_t kText = 0x1000;
    static constexpr std::uint64_t kTextSize = 0x1800;
    static constexpr std::uint64_t kData = 0x3800;
    static constexpr std::uint64_t kDataOffset = 0x2800;
    static constexpr std::uint64_t kDataSize = 0x400;
    static constexpr std::uint64_t kSize = 0x5000;  // of memory, whole pages, .bss included

    bool fixed_address = false;  // ET_EXEC
    bool program = false;        // with PT_INTERP and DT_DEBUG
    std::uint64_t link_base = 0;
    std::string build_id = "\x01\x23\x45\x67";  // raw; empty: none
    std::string name = "libtest.so.1";          // DT_SONAME
    std::uint8_t code = 0xc3;
    std::uint64_t r_debug = 0;  // what ld.so wrote into DT_DEBUG

    std::vector<std::byte> build() const;
};

// build_id in hex, as pycore tells it.
std::string hex(const std::string& raw);

}  // namespace pycore::test
