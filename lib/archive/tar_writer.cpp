// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "archive/tar_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "archive/tar_format.h"

namespace pycore {
namespace {

template <std::size_t N>
void put_text(char (&field)[N], std::string_view text) {
    text.copy(field, N);
}

template <std::size_t N>
void put_number(char (&field)[N], std::uint64_t number) {
    if (number < std::uint64_t{1} << (3 * (N - 1))) {
        put_text(field, fmt::format("{:0{}o}", number, N - 1));
        return;
    }
    field[0] = static_cast<char>(0x80);
    for (std::size_t i = N - 1; i > 0 && number != 0; --i, number >>= 8) field[i] = static_cast<char>(number & 0xff);
}

void put_checksum(TarHeader& header) {
    std::memset(header.checksum, ' ', sizeof(header.checksum));
    const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
    const unsigned sum = std::accumulate(bytes, bytes + sizeof(header), 0U);
    put_text(header.checksum, fmt::format("{:06o}", sum));
    header.checksum[6] = '\0';
}

// "LENGTH KEY=VALUE\n", the length counting its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (fmt::formatted_size("{}", length) + rest != length) ++length;
    return fmt::format("{} {}={}\n", length, key, value);
}

bool fits(const std::string& text) {
    return text.size() <= sizeof(TarHeader::name) &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

Result<void> TarWriter::header(const std::string& name, std::uint64_t size, char type, const std::string& link) {
    TarHeader header{};
    put_text(header.name, name);
    put_text(header.mode, "0000600");
    put_text(header.owner, "0000000");
    put_text(header.group, "0000000");
    put_number(header.size, size);
    put_number(header.time, static_cast<std::uint64_t>(std::max<std::int64_t>(time_, 0)));
    header.type = type;
    put_text(header.link, link);
    put_text(header.magic, "ustar");
    put_text(header.version, "00");
    put_checksum(header);
    return sink_({reinterpret_cast<const char*>(&header), sizeof(header)});
}

// What does not fit into the fields of a header stands in a member of its own before it.
Result<void> TarWriter::records(const std::string& name, const std::string& link) {
    std::string records;
    if (!fits(name)) records += pax_record("path", name);
    if (!fits(link)) records += pax_record("linkpath", link);
    if (records.empty()) return {};
    if (auto done = header("pax", records.size(), 'x', ""); !done) return done;
    if (auto done = sink_(records); !done) return done;
    return fill(records.size());
}

Result<void> TarWriter::fill(std::uint64_t size) {
    static constexpr char kZeros[kTarBlock] = {};
    const std::uint64_t rest = size % kTarBlock;
    return rest == 0 ? Result<void>() : sink_({kZeros, kTarBlock - rest});
}

Result<void> TarWriter::add(const std::string& name, std::string_view bytes) {
    return add(name, bytes.size(), [&](const ByteSink& sink) { return sink(bytes); });
}

Result<void> TarWriter::add(const std::string& name, std::uint64_t size, const FileContent& content) {
    if (auto done = records(name, ""); !done) return done;
    if (auto done = header(name, size, '0', ""); !done) return done;
    if (auto done = content(sink_); !done) return done;
    return fill(size);
}

Result<void> TarWriter::add_link(const std::string& name, const std::string& target) {
    if (auto done = records(name, target); !done) return done;
    return header(name, 0, '1', target);
}

Result<void> TarWriter::finish() {
    static constexpr char kEnd[2 * kTarBlock] = {};
    return sink_({kEnd, sizeof(kEnd)});
}

}  // namespace pycore
