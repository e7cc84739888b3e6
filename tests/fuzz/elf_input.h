// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// An ELF file out of a fuzzer's bytes.

#include <memory>
#include <vector>

#include "elf/elf_file.h"
#include "fuzz/target.h"

namespace pycore::fuzz {

// nullptr: the bytes are no ELF file of ours. The file has a copy of them.
std::shared_ptr<const ElfFile> open_elf(Bytes bytes);

// Addresses worth asking for: of segments, sections and symbols, and beside them.
std::vector<std::uint64_t> addresses_of(const ElfFile& file);

}  // namespace pycore::fuzz
