// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// MemoryImage is the memory of one process at one instant. Everything above reads through it and
// does not know where the bytes come from. Bytes that are not there are an Error, never zeros.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace pycore {

// One mapping of the process, or the part of it that has one kind of backing.
struct MemoryRegion {
    AddressRange range;
    bool readable = true;
    bool writable = false;
    bool executable = false;
    std::uint64_t present_bytes = 0;  // readable from `range.begin` on; the rest is Absent
};

class MemoryImage {
public:
    virtual ~MemoryImage() = default;

    // Fills all of `out`, also across neighbouring regions, or fails with Absent or Unmapped; the
    // error's address is the first byte that is missing.
    virtual Result<void> read(Address address, std::span<std::byte> out) const = 0;

    // Bytes at `address` without a copy: at most `max_size`, fewer where the backing ends, none
    // where nothing is there. Stays valid as long as the image. An image without lasting storage
    // returns nothing; then read() is the way.
    virtual std::span<const std::byte> view(Address address, std::size_t max_size) const = 0;

    // In ascending order.
    virtual std::vector<MemoryRegion> regions() const = 0;
};

template <typename T>
Result<T> read_value(const MemoryImage& memory, Address address) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    if (auto done = memory.read(address, std::as_writable_bytes(std::span(&value, 1))); !done) {
        return std::move(done).error();
    }
    return value;
}

// A pointer-sized word of a 64-bit target.
Result<Address> read_address(const MemoryImage& memory, Address address);

// A NUL-terminated string of at most `max_size` bytes; a longer one is cut there.
Result<std::string> read_c_string(const MemoryImage& memory, Address address, std::size_t max_size = 4096);

}  // namespace pycore
