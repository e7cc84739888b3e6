// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FileMemory serves reads from ranges of files: the PT_LOAD segments of a core, the records of a
// snapshot, or a module's file-backed pages. A range may be longer in memory than in its file; the
// missing tail reads as Absent, because the kernel leaves pages out (core(5), coredump_filter).
// The dump's own bytes always win over module files, whatever the order of the calls.

#include <memory>
#include <optional>

#include "base/interval_map.h"
#include "memory/memory_image.h"
#include "memory/page_source.h"

namespace pycore {

class FileMemory final : public MemoryImage {
public:
    // `bytes` backs the front of `region.range`; `region.present_bytes` is set from it.
    void add_region(MemoryRegion region, std::span<const std::byte> bytes);
    // A mapping that is known by name only: a region where add_region() made none.
    void add_mapping(MemoryRegion region);
    // `bytes` at `address` where no region has bytes: a module page that the core leaves out.
    void add_backing(Address address, std::span<const std::byte> bytes);
    // The bytes of all regions are `source`'s to fill, each before it is first shown.
    void fill_from(std::shared_ptr<PageSource> source);
    // Keeps a file mapping alive as long as this image.
    void keep_alive(std::shared_ptr<const void> owner);
    // Mappings are missing from what was added (damaged headers): what no region holds may well have been mapped.
    void tell_gaps_as_absent() { gaps_are_absent_ = true; }
    // Call after the last add and before the first read. More may be added later and sealed again.
    void seal();

    Result<void> read(Address address, std::span<std::byte> out) const override;
    std::span<const std::byte> view(Address address, std::size_t max_size) const override;
    std::vector<MemoryRegion> regions() const override;

    // As view(), but of the dump's own bytes only, never of a module file.
    std::span<const std::byte> dumped(Address address, std::size_t max_size) const;
    // The region of regions() that holds `address`.
    std::optional<MemoryRegion> region_at(Address address) const;
    // Sizes of what regions() lists and of what the dump holds of it; nothing is counted twice.
    std::uint64_t mapped_bytes() const;
    std::uint64_t dumped_bytes() const;

private:
    using Bytes = std::span<const std::byte>;
    using RegionEntry = IntervalMap<MemoryRegion>::Entry;

    static MemoryRegion region_of(const RegionEntry& entry);

    Error absence_at(Address address) const;

    IntervalMap<Bytes> pieces_;    // ranges with bytes of the dump
    IntervalMap<Bytes> backings_;  // ranges with bytes of module files
    IntervalMap<MemoryRegion> regions_;
    std::vector<MemoryRegion> mappings_;  // not yet in regions_
    bool gaps_are_absent_ = false;
    std::vector<std::shared_ptr<const void>> owners_;
    std::shared_ptr<PageSource> source_;  // null: all bytes are there
};

}  // namespace pycore
