// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// RegisterSet is what is known of the registers in one frame. A caller's register that its callees did
// not save is unknown, never 0.

#include <cstdint>
#include <optional>

#include "process/registers.h"

namespace pycore {

class RegisterSet {
public:
    RegisterSet() = default;
    explicit RegisterSet(const Registers& registers) : values_(registers.general), known_((1U << kRegisterCount) - 1) {}

    bool has(std::size_t index) const { return index < kRegisterCount && (known_ >> index & 1) != 0; }
    std::optional<std::uint64_t> get(std::size_t index) const {
        if (!has(index)) return std::nullopt;
        return values_[index];
    }
    void set(std::size_t index, std::uint64_t value) {
        values_[index] = value;
        known_ |= 1U << index;
    }

private:
    std::array<std::uint64_t, kRegisterCount> values_{};
    std::uint32_t known_ = 0;  // one bit a register
};

}  // namespace pycore
