// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ByteReader walks bytes in hand, little-endian, and never past their end: a read that does not fit
// returns nullopt (and leaves the cursor where it was). Byte formats are parsed with it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace pycore {

class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return bytes_.size() - offset_; }
    bool at_end() const { return offset_ == bytes_.size(); }

    // T is trivially copyable: an integer, or a struct of <elf.h> of the same byte order.
    template <typename T>
    std::optional<T> read() {
        static_assert(std::is_trivially_copyable_v<T>);
        if (remaining() < sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
        offset_ += sizeof(T);
        return value;
    }

    std::optional<std::span<const std::byte>> read_bytes(std::size_t count);
    // Up to, not including, the next NUL; the NUL is consumed. nullopt without one.
    std::optional<std::string_view> read_c_string();
    // False if `offset` lies past the end.
    bool seek(std::size_t offset);

private:
    std::span<const std::byte> bytes_;
    std::size_t offset_ = 0;
};

// The value at `offset` of `bytes`, if all of it is there.
template <typename T>
std::optional<T> read_at(std::span<const std::byte> bytes, std::size_t offset) {
    ByteReader reader(bytes);
    if (!reader.seek(offset)) return std::nullopt;
    return reader.read<T>();
}

}  // namespace pycore
