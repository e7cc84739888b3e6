// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// CountingMemory passes reads on to another image and counts how much of the dump was looked at: pages of the dump's
// own bytes, each once. What was handed out as a view counts as looked at, whatever became of it.

#include <memory>
#include <unordered_set>

#include "memory/memory_image.h"

namespace pycore {

class CountingMemory final : public MemoryImage {
public:
    explicit CountingMemory(std::shared_ptr<const MemoryImage> memory);

    Result<void> read(Address address, std::span<std::byte> out) const override;
    std::span<const std::byte> view(Address address, std::size_t max_size) const override;
    std::vector<MemoryRegion> regions() const override { return memory_->regions(); }

    std::uint64_t touched_bytes() const;

private:
    void count(Address address, std::size_t size) const;
    bool is_dumped(Address address) const;

    std::shared_ptr<const MemoryImage> memory_;
    std::vector<MemoryRegion> regions_;
    mutable std::unordered_set<std::uint64_t> pages_;
    mutable std::uint64_t last_page_ = ~std::uint64_t{0};
};

}  // namespace pycore
