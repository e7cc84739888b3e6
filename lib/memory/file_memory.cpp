// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/file_memory.h"

#include <algorithm>
#include <cstring>

namespace pycore {

void FileMemory::add_region(MemoryRegion region, std::span<const std::byte> bytes) {
    const auto size = std::min<std::uint64_t>(bytes.size(), region.range.size_bytes());
    region.present_bytes = size;
    pieces_.add({region.range.begin, region.range.begin + size}, bytes.first(size));
    regions_.add(region.range, region);
}

void FileMemory::add_backing(Address address, std::span<const std::byte> bytes) {
    backings_.add({address, address + bytes.size()}, bytes);
}

void FileMemory::keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

void FileMemory::seal() {
    pieces_.seal();
    backings_.seal();
    regions_.seal();
}

std::span<const std::byte> FileMemory::view(Address address, std::size_t max_size) const {
    if (const auto* piece = pieces_.find(address)) {
        const auto from = piece->value.subspan(address - piece->range.begin);
        return from.first(std::min(from.size(), max_size));
    }
    if (const auto* backing = backings_.find(address)) {
        auto from = backing->value.subspan(address - backing->range.begin);
        // The dump's own bytes win where they begin again.
        if (const auto* next = pieces_.next_after(address)) {
            from = from.first(std::min<std::uint64_t>(from.size(), next->range.begin - address));
        }
        return from.first(std::min(from.size(), max_size));
    }
    return {};
}

Result<void> FileMemory::read(Address address, std::span<std::byte> out) const {
    while (!out.empty()) {
        const auto part = view(address, out.size());
        if (part.empty()) return absence_at(address);
        std::memcpy(out.data(), part.data(), part.size());
        address = address + part.size();
        out = out.subspan(part.size());
    }
    return {};
}

std::vector<MemoryRegion> FileMemory::regions() const {
    std::vector<MemoryRegion> all;
    all.reserve(regions_.entries().size());
    for (const auto& entry : regions_.entries()) all.push_back(entry.value);
    return all;
}

Error FileMemory::absence_at(Address address) const {
    if (regions_.find(address)) {
        return {ErrorCode::Absent, to_string(address) + " is mapped but not in the core", address};
    }
    return {ErrorCode::Unmapped, to_string(address) + " is not mapped", address};
}

}  // namespace pycore
