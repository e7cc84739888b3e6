// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/byte_reader.h"

namespace pycore {

std::optional<std::span<const std::byte>> ByteReader::read_bytes(std::size_t count) {
    if (remaining() < count) return std::nullopt;
    const auto taken = bytes_.subspan(offset_, count);
    offset_ += count;
    return taken;
}

std::optional<std::string_view> ByteReader::read_c_string() {
    if (at_end()) return std::nullopt;
    const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + offset_;
    const auto* end = static_cast<const char*>(std::memchr(begin, 0, remaining()));
    if (end == nullptr) return std::nullopt;
    offset_ += static_cast<std::size_t>(end - begin) + 1;
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

bool ByteReader::seek(std::size_t offset) {
    if (offset > bytes_.size()) return false;
    offset_ = offset;
    return true;
}

}  // namespace pycore
