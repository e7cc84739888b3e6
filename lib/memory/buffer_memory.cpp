// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/buffer_memory.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace pycore {

void BufferMemory::write(Address address, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    erase({address, address + bytes.size()});
    blocks_.emplace(address, std::vector(bytes.begin(), bytes.end()));
}

void BufferMemory::erase(AddressRange range) {
    auto block = blocks_.lower_bound(range.begin);
    if (block != blocks_.begin()) --block;
    while (block != blocks_.end() && block->first < range.end) {
        const Address begin = block->first;
        const Address end = begin + block->second.size();
        if (end <= range.begin) {
            ++block;
            continue;
        }
        const auto bytes = std::move(block->second);
        block = blocks_.erase(block);
        if (begin < range.begin) {
            blocks_.emplace(
                begin, std::vector(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(range.begin - begin)));
        }
        if (range.end < end) {
            blocks_.emplace(range.end,
                            std::vector(bytes.begin() + static_cast<std::ptrdiff_t>(range.end - begin), bytes.end()));
        }
    }
}

std::span<const std::byte> BufferMemory::view(Address address, std::size_t max_size) const {
    auto after = blocks_.upper_bound(address);
    if (after == blocks_.begin()) return {};
    const auto& [begin, bytes] = *std::prev(after);
    const std::uint64_t skip = address - begin;
    if (skip >= bytes.size()) return {};
    return std::span(bytes).subspan(skip, std::min<std::size_t>(max_size, bytes.size() - skip));
}

Result<void> BufferMemory::read(Address address, std::span<std::byte> out) const {
    while (!out.empty()) {
        const auto part = view(address, out.size());
        if (part.empty()) return Error{ErrorCode::Unmapped, to_string(address) + " is not mapped", address};
        std::memcpy(out.data(), part.data(), part.size());
        address = address + part.size();
        out = out.subspan(part.size());
    }
    return {};
}

std::vector<MemoryRegion> BufferMemory::regions() const {
    std::vector<MemoryRegion> all;
    for (const auto& [begin, bytes] : blocks_) {
        all.push_back({{begin, begin + bytes.size()}, true, true, false, bytes.size()});
    }
    return all;
}

}  // namespace pycore
