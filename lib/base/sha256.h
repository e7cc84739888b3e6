// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SHA-256 (FIPS 180-4), for names that have to be the same everywhere and for ever.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pycore {

class Sha256 {
public:
    void update(std::string_view bytes);
    // Ends the text; nothing may follow.
    std::array<std::uint8_t, 32> finish();

private:
    void compress(const std::uint8_t* block);

    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> block_{};
    std::size_t filled_ = 0;
    std::uint64_t size_bytes_ = 0;
};

// Lower case, the first `digits` of 64.
std::string sha256_hex(std::string_view bytes, std::size_t digits = 64);

}  // namespace pycore
