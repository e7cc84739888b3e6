// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "archive/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "archive/tar_format.h"
#include "base/byte_reader.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxMembers = 100'000;
constexpr std::size_t kMaxExtension = 1 << 20;  // bytes of pax records or of a long name
constexpr std::size_t kMaxName = 4096;

template <std::size_t N>
std::string_view text_of(const char (&field)[N]) {
    return {field, ::strnlen(field, N)};
}

template <std::size_t N>
std::optional<std::uint64_t> number_of(const char (&field)[N]) {
    if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {  // binary; beyond 64 bits it is no size
        std::uint64_t number = static_cast<unsigned char>(field[0]) & 0x7fU;
        for (std::size_t i = 1; i < N; ++i) {
            if (number >> 56 != 0) return std::nullopt;
            number = number << 8 | static_cast<unsigned char>(field[i]);
        }
        return number;
    }
    std::string_view digits = text_of(field);
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 8);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

bool is_sound(const TarHeader& header) {
    TarHeader blank = header;
    std::memset(blank.checksum, ' ', sizeof(blank.checksum));
    const auto* bytes = reinterpret_cast<const unsigned char*>(&blank);
    const std::uint64_t sum = std::accumulate(bytes, bytes + sizeof(blank), std::uint64_t{0});
    return number_of(header.checksum) == sum;
}

bool is_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

std::string name_of(const TarHeader& header) {
    const std::string_view prefix = std::memcmp(header.magic, "ustar", 6) == 0 ? text_of(header.prefix) : "";
    std::string name(prefix);
    if (!name.empty()) name += '/';
    return name += text_of(header.name);
}

// What the members 'x', 'L' and 'K' say of the one behind them.
struct Extension {
    std::optional<std::string> name;
    std::optional<std::string> link;
    std::optional<std::uint64_t> size;
};

// Records of pax: "LENGTH KEY=VALUE\n", the length being that of the whole record.
void read_records(std::string_view records, Extension& extension) {
    while (!records.empty()) {
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
        const auto digits = static_cast<std::size_t>(end - records.data());
        if (error != std::errc() || length > records.size() || length < digits + 3) return;
        std::string_view record = records.substr(digits + 1, length - digits - 2);
        records.remove_prefix(length);
        const std::size_t equals = std::min(record.find('='), record.size());
        const std::string_view key = record.substr(0, equals);
        const std::string_view value = record.substr(std::min(equals + 1, record.size()));
        if (key == "path") extension.name = value;
        if (key == "linkpath") extension.link = value;
        std::uint64_t size = 0;
        const bool is_size =
            key == "size" && std::from_chars(value.data(), value.data() + value.size(), size).ec == std::errc();
        if (is_size) extension.size = size;
    }
}

class TableReader {
public:
    explicit TableReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    TarTable read() {
        while (read_member()) continue;
        return std::move(table_);
    }

private:
    bool stop(std::string why) {
        table_.damage = Error{ErrorCode::Corrupt, "the archive " + why + " at byte " + std::to_string(offset_), {}};
        return false;
    }

    bool read_member() {
        const auto header = read_at<TarHeader>(bytes_, offset_);
        if (!header) return stop("is cut");
        if (is_zero(bytes_.subspan(offset_, kTarBlock))) return false;  // its end
        if (!is_sound(*header)) return stop("is damaged");
        if (table_.members.size() == kMaxMembers) return stop("has too many members");
        offset_ += kTarBlock;
        const auto size = extension_.size ? extension_.size : number_of(header->size);
        if (!size) return stop("has a damaged size");
        const auto content = bytes_.subspan(offset_, std::min<std::uint64_t>(*size, bytes_.size() - offset_));
        add(*header, content, content.size() < *size);
        if (content.size() < *size) return stop("is cut inside a member");
        const std::uint64_t room = bytes_.size() - offset_;
        offset_ += std::min<std::uint64_t>((*size + kTarBlock - 1) / kTarBlock * kTarBlock, room);
        return true;
    }

    void add(const TarHeader& header, std::span<const std::byte> content, bool cut) {
        const std::string_view text(reinterpret_cast<const char*>(content.data()),
                                    std::min(content.size(), kMaxExtension));
        switch (header.type) {
            case 'x': return read_records(text, extension_);
            case 'L': extension_.name = text.substr(0, text.find('\0')); return;
            case 'K': extension_.link = text.substr(0, text.find('\0')); return;
            case '0':
            case '7':
            case '\0': add_file(extension_.name.value_or(name_of(header)), content, cut); break;
            case '1': add_link(header); break;
            default: break;  // folders, symbolic links, devices: nothing to look up
        }
        extension_ = {};
    }

    void add_file(std::string name, std::span<const std::byte> content, bool cut) {
        if (name.size() > kMaxName) return;
        if (name.starts_with("./")) name.erase(0, 2);
        by_name_.emplace(name, table_.members.size());
        table_.members.push_back({std::move(name), content, cut});
    }

    void add_link(const TarHeader& header) {
        std::string target = extension_.link.value_or(std::string(text_of(header.link)));
        if (target.starts_with("./")) target.erase(0, 2);
        const auto found = by_name_.find(target);
        if (found == by_name_.end()) return;
        const TarMember& member = table_.members[found->second];
        add_file(extension_.name.value_or(name_of(header)), member.bytes, member.cut);
    }

    std::span<const std::byte> bytes_;
    std::uint64_t offset_ = 0;
    Extension extension_;
    TarTable table_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace

bool has_tar_magic(std::span<const std::byte> bytes) {
    const auto header = read_at<TarHeader>(bytes, 0);
    return header && std::memcmp(header->magic, "ustar", 5) == 0;
}

TarTable parse_tar(std::span<const std::byte> bytes) { return TableReader(bytes).read(); }

}  // namespace pycore
