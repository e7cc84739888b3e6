// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/heap_ranges.h"

#include <algorithm>
#include <cstring>

namespace pycore {
namespace {

// The end of struct pool_header (CPython Objects/obmalloc.c, Include/internal/pycore_obmalloc.h from 3.12 on):
//   32 arenaindex u32, 36 szidx u32, 40 nextoffset u32, 44 maxnextoffset u32; blocks follow at 48
struct PoolHeader {
    std::uint32_t arena;
    std::uint32_t size_class;
    std::uint32_t next_offset;
    std::uint32_t max_next_offset;
};
constexpr std::uint64_t kHeaderEnd = 48;
constexpr std::uint32_t kSizeClasses = 32;  // of 16 bytes each
constexpr std::uint32_t kMaxArenas = 1 << 24;

// 4 KiB until 3.9, 16 KiB since (POOL_SIZE).
std::uint64_t pool_size(const RuntimeInfo& runtime) { return runtime.version_hex < 0x030a0000 ? 4096 : 16384; }

bool is_pool(const PoolHeader& header, std::uint64_t size) {
    const std::uint64_t block = (header.size_class + 1ULL) * 16;
    return header.size_class < kSizeClasses && header.arena < kMaxArenas && header.max_next_offset == size - block &&
           header.next_offset >= kHeaderEnd && header.next_offset <= size + block;
}

void find_pools(AddressRange range, std::uint64_t size, const HeapSource& source, std::vector<AddressRange>& found) {
    Address at{(range.begin.value + size - 1) / size * size};
    for (; at < range.end && range.end - at >= size; at = at + size) {
        PoolHeader header{};
        const auto bytes = std::as_writable_bytes(std::span(&header, 1));
        if (!source.peek(at + (kHeaderEnd - sizeof(header)), bytes) || !is_pool(header, size)) continue;
        if (found.empty() || found.back().end != at) found.push_back({at, at});
        found.back().end = at + size;
    }
}

}  // namespace

std::vector<AddressRange> find_heap_ranges(const RuntimeInfo& runtime, const HeapSource& source) {
    std::vector<AddressRange> found;
    // mimalloc of the free-threaded build: its segments hold buffers and objects alike.
    if (runtime.free_threaded) found = source.memory;
    for (const AddressRange& range : source.memory) {
        if (!runtime.free_threaded) find_pools(range, pool_size(runtime), source, found);
    }
    found.insert(found.end(), source.libc.begin(), source.libc.end());
    return found;
}

}  // namespace pycore
