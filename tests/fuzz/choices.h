// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Choices turns the bytes of a fuzzer into decisions. Every decision takes a fixed number of bytes, so
// that one changed byte changes one decision; when the bytes have run out, each is 0.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "fuzz/target.h"

namespace pycore::fuzz {

class Choices {
public:
    explicit Choices(Bytes bytes) : bytes_(bytes) {}

    bool empty() const { return bytes_.empty(); }

    template <typename T>
    T number() {
        T value{};
        const Bytes taken = bytes(sizeof(T));
        std::memcpy(&value, taken.data(), taken.size());
        return value;
    }
    // 0 to bound - 1; of a bound of 0, 0.
    std::size_t below(std::size_t bound) {
        const auto value = number<std::uint16_t>();
        return bound == 0 ? 0 : value % bound;
    }
    // As many of `size` bytes as are left.
    Bytes bytes(std::size_t size) {
        const Bytes taken = bytes_.first(std::min(size, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }
    Bytes rest() { return bytes(bytes_.size()); }

private:
    Bytes bytes_;
};

}  // namespace pycore::fuzz
