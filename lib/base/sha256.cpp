// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/sha256.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/SHA256.h>

#include <algorithm>
#include <cstdint>

namespace pycore {

std::string sha256_hex(std::string_view bytes, std::size_t digits) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::string hex;
    for (const std::uint8_t byte : llvm::SHA256::hash(llvm::ArrayRef<std::uint8_t>(begin, bytes.size()))) {
        hex += kHex[byte >> 4];
        hex += kHex[byte & 15];
    }
    hex.resize(std::min(digits, hex.size()));
    return hex;
}

}  // namespace pycore
