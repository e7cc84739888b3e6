// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// .gnu_debugdata ("MiniDebugInfo"): a small ELF file, xz-compressed, inside a stripped one. Its .symtab
// names the functions that .dynsym does not.

#include <memory>

#include "elf/elf_file.h"

namespace pycore {

inline constexpr std::size_t kMaxMiniDebugInfo = 64 << 20;  // bytes unpacked; a large libxul has 5 MB

// nullptr where the section is missing; an Error where it is there and cannot be unpacked.
Result<std::shared_ptr<const ElfFile>> open_mini_debug_info(const ElfFile& file);

}  // namespace pycore
