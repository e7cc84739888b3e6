// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// TouchedMemory stands before another memory and notes the words that were read: the places of a
// process where damage can change anything.

#include <memory>
#include <unordered_set>
#include <vector>

#include "memory/memory_image.h"

namespace pycore::fuzz {

class TouchedMemory final : public MemoryImage {
public:
    explicit TouchedMemory(std::shared_ptr<const MemoryImage> memory) : memory_(std::move(memory)) {}

    Result<void> read(Address address, std::span<std::byte> out) const override;
    std::span<const std::byte> view(Address address, std::size_t max_size) const override;
    std::vector<MemoryRegion> regions() const override { return memory_->regions(); }

    // Addresses of words, aligned, in the order of their first reading.
    const std::vector<Address>& touched() const { return touched_; }

private:
    void note(Address address, std::size_t size) const;

    std::shared_ptr<const MemoryImage> memory_;
    mutable std::vector<Address> touched_;
    mutable std::unordered_set<Address> seen_;
};

}  // namespace pycore::fuzz
