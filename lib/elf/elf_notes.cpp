// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_notes.h"

#include <elf.h>
#include <fmt/format.h>

#include "base/byte_reader.h"

namespace pycore {
namespace {

std::size_t padding(std::size_t size, std::uint64_t alignment) {
    const std::size_t unit = alignment == 8 ? 8 : 4;
    return (unit - size % unit) % unit;
}

std::string_view without_nul(std::span<const std::byte> name) {
    std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
    if (!text.empty() && text.back() == '\0') text.remove_suffix(1);
    return text;
}

}  // namespace

ElfNotes parse_notes(std::span<const std::byte> bytes, std::uint64_t alignment) {
    ElfNotes result;
    ByteReader reader(bytes);
    while (reader.remaining() >= sizeof(Elf64_Nhdr)) {
        const auto header = *reader.read<Elf64_Nhdr>();
        const auto name = reader.read_bytes(header.n_namesz);
        if (!name || !reader.read_bytes(padding(header.n_namesz, alignment))) {
            result.cut = true;
            break;
        }
        const auto description = reader.read_bytes(header.n_descsz);
        if (!description) {
            result.cut = true;
            break;
        }
        result.notes.push_back({without_nul(*name), header.n_type, *description});
        if (!reader.read_bytes(padding(header.n_descsz, alignment))) break;
    }
    return result;
}

std::optional<std::string> find_build_id(const ElfNotes& notes) {
    for (const ElfNote& note : notes.notes) {
        if (note.name != "GNU" || note.type != NT_GNU_BUILD_ID || note.description.empty()) continue;
        std::string hex;
        for (const std::byte byte : note.description) hex += fmt::format("{:02x}", static_cast<unsigned>(byte));
        return hex;
    }
    return std::nullopt;
}

}  // namespace pycore
