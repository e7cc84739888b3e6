// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Compressed sections (SHF_COMPRESSED), as distributions ship DWARF: an Elf64_Chdr
//   u32 type (1 zlib, 2 zstd), u32 reserved, u64 size unpacked, u64 alignment
// and the stream. libelf would do it one and a half times as slowly (and zstd only from 0.189 on); with
// libdeflate, where the build found it, zlib streams take 40 % of zlib's own time. Unpacking libc's DWARF
// is the largest single cost of lines.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace pycore {

inline constexpr std::uint64_t kMaxDecompressedSection = 1ULL << 30;  // bytes; the largest seen has 0.4 GiB

// Bytes that were never zeroed before they were written.
struct OwnedBytes {
    std::unique_ptr<std::byte[]> data;
    std::size_t size = 0;

    std::span<std::byte> bytes() { return {data.get(), size}; }
    std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

// `section` begins with the header. A stream that is shorter or longer than its header says is an Error.
Result<OwnedBytes> decompress_section(std::span<const std::byte> section);

}  // namespace pycore
