// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// StackReader reads words of one stack: most reads hit the stretch of memory that the last one hit.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "memory/memory_image.h"

namespace pycore {

class StackReader {
public:
    explicit StackReader(const MemoryImage& memory) : memory_(&memory) {}

    // The 8 bytes at `address`; nullopt (and absent_at()) where one is missing.
    std::optional<std::uint64_t> word(Address address) {
        if (address < begin_ || address - begin_ > view_.size() || view_.size() - (address - begin_) < 8) {
            return word_elsewhere(address);
        }
        std::uint64_t value = 0;
        std::memcpy(&value, view_.data() + (address - begin_), sizeof(value));
        return value;
    }
    // The first byte that the last failed read missed, and why.
    const Error& failure() const { return failure_; }

private:
    std::optional<std::uint64_t> word_elsewhere(Address address);

    const MemoryImage* memory_;
    Address begin_;
    std::span<const std::byte> view_;
    Error failure_;
};

}  // namespace pycore
