// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/counting_memory.h"

#include <algorithm>

namespace pycore {
namespace {

constexpr std::uint64_t kPage = 4096;

}  // namespace

CountingMemory::CountingMemory(std::shared_ptr<const MemoryImage> memory)
    : memory_(std::move(memory)), regions_(memory_->regions()) {}

Result<void> CountingMemory::read(Address address, std::span<std::byte> out) const {
    count(address, out.size());
    return memory_->read(address, out);
}

std::span<const std::byte> CountingMemory::view(Address address, std::size_t max_size) const {
    const auto bytes = memory_->view(address, max_size);
    count(address, bytes.size());
    return bytes;
}

bool CountingMemory::is_dumped(Address address) const {
    const auto after = std::upper_bound(regions_.begin(), regions_.end(), address,
                                        [](Address a, const MemoryRegion& region) { return a < region.range.begin; });
    if (after == regions_.begin()) return false;
    const MemoryRegion& region = *std::prev(after);
    return address - region.range.begin < region.present_bytes;
}

void CountingMemory::count(Address address, std::size_t size) const {
    if (size == 0) return;
    const std::uint64_t last = (address.value + (size - 1)) / kPage;
    for (std::uint64_t page = address.value / kPage; page <= last; ++page) {
        if (page == last_page_) continue;
        last_page_ = page;
        if (is_dumped(Address{page * kPage})) pages_.insert(page);
    }
}

std::uint64_t CountingMemory::touched_bytes() const { return pages_.size() * kPage; }

}  // namespace pycore
