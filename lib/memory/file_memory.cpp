// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/file_memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pycore {
namespace {

using Bytes = std::span<const std::byte>;

// vm.mmap_min_addr, and what x86-64 has without five-level page tables.
constexpr Address kLowestMapping{0x10000};
constexpr Address kEndOfUserSpace{0x800000000000};

// The bytes of `entry` from `address` on.
Bytes bytes_from(const IntervalMap<Bytes>::Entry& entry, Address address) {
    return entry.value.subspan(address - entry.origin, entry.range.end - address);
}

// A range of `size` bytes that ends at the top of the address space at the latest.
AddressRange range_at(Address begin, std::uint64_t size) {
    const std::uint64_t room = ~std::uint64_t{0} - begin.value;
    return {begin, begin + std::min(size, room)};
}

template <typename Entries>
std::uint64_t total_size(const Entries& entries) {
    std::uint64_t total = 0;  // of disjoint ranges: cannot overflow
    for (const auto& entry : entries) total += entry.range.size_bytes();
    return total;
}

}  // namespace

void FileMemory::add_region(MemoryRegion region, Bytes bytes) {
    const auto size = std::min<std::uint64_t>(bytes.size(), region.range.size_bytes());
    region.present_bytes = size;
    pieces_.add(range_at(region.range.begin, size), bytes.first(size));
    regions_.add(region.range, region);
}

void FileMemory::add_mapping(MemoryRegion region) { mappings_.push_back(region); }

void FileMemory::add_backing(Address address, Bytes bytes) { backings_.add(range_at(address, bytes.size()), bytes); }

void FileMemory::fill_from(std::shared_ptr<PageSource> source) { source_ = std::move(source); }

void FileMemory::keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

void FileMemory::seal() {
    pieces_.seal();
    backings_.seal();
    regions_.seal();
    if (mappings_.empty()) return;
    IntervalMap<MemoryRegion> gaps;
    for (const MemoryRegion& mapping : std::exchange(mappings_, {})) {
        for (const AddressRange& gap : regions_.uncovered(mapping.range)) gaps.add(gap, mapping);
    }
    for (const auto& gap : gaps.entries()) regions_.add(gap.range, gap.value);
    regions_.seal();
}

Bytes FileMemory::dumped(Address address, std::size_t max_size) const {
    const auto* piece = pieces_.find(address);
    if (piece == nullptr) return {};
    const auto from = bytes_from(*piece, address);
    const std::size_t size = std::min(from.size(), max_size);
    return from.first(source_ ? source_->fetch(address, size) : size);
}

Bytes FileMemory::view(Address address, std::size_t max_size) const {
    if (const auto own = dumped(address, max_size); !own.empty()) return own;
    const auto* backing = backings_.find(address);
    if (backing == nullptr) return {};
    auto from = bytes_from(*backing, address);
    // The dump's own bytes win where they begin again.
    if (const auto* next = pieces_.next_after(address)) {
        from = from.first(std::min<std::uint64_t>(from.size(), next->range.begin - address));
    }
    return from.first(std::min(from.size(), max_size));
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

MemoryRegion FileMemory::region_of(const RegionEntry& entry) {
    MemoryRegion region = entry.value;
    const std::uint64_t skipped = entry.range.begin - entry.origin;
    const std::uint64_t present = region.present_bytes > skipped ? region.present_bytes - skipped : 0;
    region.range = entry.range;
    region.present_bytes = std::min(present, entry.range.size_bytes());
    return region;
}

std::vector<MemoryRegion> FileMemory::regions() const {
    std::vector<MemoryRegion> all;
    all.reserve(regions_.entries().size());
    for (const auto& entry : regions_.entries()) all.push_back(region_of(entry));
    return all;
}

std::optional<MemoryRegion> FileMemory::region_at(Address address) const {
    const auto* entry = regions_.find(address);
    if (entry == nullptr) return std::nullopt;
    return region_of(*entry);
}

std::uint64_t FileMemory::mapped_bytes() const { return total_size(regions_.entries()); }

std::uint64_t FileMemory::dumped_bytes() const { return total_size(pieces_.entries()); }

Error FileMemory::absence_at(Address address) const {
    if (regions_.find(address) != nullptr) {
        return {ErrorCode::Absent, to_string(address) + " is mapped but not in the core", address};
    }
    if (gaps_are_absent_ && address >= kLowestMapping && address < kEndOfUserSpace) {
        return {ErrorCode::Absent, to_string(address) + " is not in what is left of the core", address};
    }
    return {ErrorCode::Unmapped, to_string(address) + " is not mapped", address};
}

}  // namespace pycore
