// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Address is a place in the dead process, never a pointer of ours: explicit 64-bit types, so that a
// core of another machine reads the same. FileOffset is a place in a file. Used by every layer.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace pycore {

struct Address {
    std::uint64_t value = 0;

    constexpr auto operator<=>(const Address&) const = default;
    constexpr explicit operator bool() const { return value != 0; }

    // Arithmetic wraps like the target's own; readers check ranges, not addresses.
    constexpr Address operator+(std::uint64_t bytes) const { return {value + bytes}; }
    constexpr Address operator-(std::uint64_t bytes) const { return {value - bytes}; }
    constexpr std::uint64_t operator-(Address other) const { return value - other.value; }
};

struct FileOffset {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const FileOffset&) const = default;
};

// Half-open: [begin, end).
struct AddressRange {
    Address begin;
    Address end;

    constexpr bool operator==(const AddressRange&) const = default;
    constexpr std::uint64_t size_bytes() const { return end.value > begin.value ? end - begin : 0; }
    constexpr bool contains(Address address) const { return begin <= address && address < end; }
    constexpr bool overlaps(const AddressRange& other) const { return begin < other.end && other.begin < end; }
};

// "0x7f32a0001b40": the form of every address in reports and errors.
std::string to_string(Address address);

}  // namespace pycore

template <>
struct std::hash<pycore::Address> {
    std::size_t operator()(pycore::Address address) const noexcept { return std::hash<std::uint64_t>{}(address.value); }
};
