// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// BufferMemory is a process that tests lay out by hand: bytes at addresses, everything else absent.

#include <map>

#include "memory/memory_image.h"

namespace pycore {

class BufferMemory final : public MemoryImage {
public:
    // Overwrites what was there; unwritten bytes of a touched block are Absent.
    void write(Address address, std::span<const std::byte> bytes);
    template <typename T>
    void write_value(Address address, const T& value) {
        write(address, std::as_bytes(std::span(&value, 1)));
    }
    void erase(AddressRange range);

    Result<void> read(Address address, std::span<std::byte> out) const override;
    std::span<const std::byte> view(Address address, std::size_t max_size) const override;
    std::vector<MemoryRegion> regions() const override;

private:
    std::map<Address, std::vector<std::byte>> blocks_;  // disjoint, keyed by begin
};

}  // namespace pycore
