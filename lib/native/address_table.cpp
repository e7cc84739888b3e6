// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/address_table.h"

#include <optional>

#include "base/byte_reader.h"

namespace pycore {
namespace {

// One table; `bytes` begin with its unit_length. The size of the table, nullopt if it is damaged.
std::optional<std::uint64_t> parse_table(std::span<const std::byte> bytes, std::vector<AddressTableEntry>& entries) {
    ByteReader reader(bytes);
    const auto offset = [&](bool wide) -> std::optional<std::uint64_t> {
        if (wide) return reader.read<std::uint64_t>();
        return reader.read<std::uint32_t>();
    };
    auto length = offset(false);
    const bool wide = length == 0xffffffff;
    if (wide) length = offset(true);
    if (!length || *length > reader.remaining()) return std::nullopt;
    const std::uint64_t end = reader.offset() + *length;
    const auto version = reader.read<std::uint16_t>();
    const auto unit = offset(wide);
    const auto address_size = reader.read<std::uint8_t>();
    const auto selector_size = reader.read<std::uint8_t>();
    if (version != 2 || !unit || address_size != 8 || selector_size != 0) return std::nullopt;
    constexpr std::uint64_t kPair = 16;
    if (!reader.seek((reader.offset() + kPair - 1) / kPair * kPair)) return std::nullopt;
    while (reader.offset() + kPair <= end) {
        const std::uint64_t begin = *reader.read<std::uint64_t>();
        const std::uint64_t size = *reader.read<std::uint64_t>();
        if (begin == 0 && size == 0) break;
        if (size > 0 && begin + size > begin) entries.push_back({begin, begin + size, *unit});
    }
    return end;
}

}  // namespace

std::vector<AddressTableEntry> parse_address_table(std::span<const std::byte> section) {
    std::vector<AddressTableEntry> entries;
    while (!section.empty()) {
        const auto size = parse_table(section, entries);
        if (!size) break;
        section = section.subspan(*size);
    }
    return entries;
}

}  // namespace pycore
