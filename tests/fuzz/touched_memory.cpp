// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/touched_memory.h"

#include <algorithm>

namespace pycore::fuzz {
namespace {

constexpr std::size_t kMaxPlaces = 1 << 16;     // what Damage::place can name
constexpr std::size_t kMaxBytesOfARead = 2048;  // of a larger one its front tells
constexpr std::size_t kMaxBytesOfAView = 256;

}  // namespace

Result<void> TouchedMemory::read(Address address, std::span<std::byte> out) const {
    note(address, std::min(out.size(), kMaxBytesOfARead));
    return memory_->read(address, out);
}

std::span<const std::byte> TouchedMemory::view(Address address, std::size_t max_size) const {
    const auto bytes = memory_->view(address, max_size);
    note(address, std::min(bytes.size(), kMaxBytesOfAView));
    return bytes;
}

void TouchedMemory::note(Address address, std::size_t size) const {
    if (size == 0) return;
    for (std::uint64_t at = address.value & ~7ULL; at - (address.value & ~7ULL) < size; at += 8) {
        if (touched_.size() >= kMaxPlaces) return;
        if (seen_.insert({at}).second) touched_.push_back({at});
    }
}

}  // namespace pycore::fuzz
