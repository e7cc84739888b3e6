// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_notes.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>

namespace pycore {
namespace {

constexpr std::size_t kMaxBuildId = 64;  // bytes; sha1 has 20, lld's longest 32

std::string_view without_nul(std::span<const std::byte> name) {
    std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
    if (!text.empty() && text.back() == '\0') text.remove_suffix(1);
    return text;
}

bool is_empty(const Elf64_Nhdr& header) { return header.n_namesz == 0 && header.n_descsz == 0 && header.n_type == 0; }

}  // namespace

ElfNoteReader::ElfNoteReader(std::span<const std::byte> bytes, std::uint64_t alignment)
    : reader_(bytes), unit_(alignment == 8 ? 8 : 4) {}

std::optional<ElfNote> ElfNoteReader::next() {
    offset_ = reader_.offset();
    if (cut_ || reader_.at_end()) return std::nullopt;
    auto note = read_record();
    cut_ = !note;
    return note;
}

std::optional<ElfNote> ElfNoteReader::read_record() {
    // Padding counts from the segment's begin: with units of 8 the description starts at a multiple
    // of 8 although the name does not.
    const auto padding = [&] { return (unit_ - reader_.offset() % unit_) % unit_; };
    const auto header = reader_.read<Elf64_Nhdr>();
    if (!header || is_empty(*header)) return std::nullopt;  // zeros: a hole of the file
    const auto name = reader_.read_bytes(header->n_namesz);
    if (!name || !reader_.read_bytes(padding())) return std::nullopt;
    const auto description = reader_.read_bytes(header->n_descsz);
    if (!description) return std::nullopt;
    // The last record of a segment may end without its padding.
    reader_.read_bytes(std::min(padding(), reader_.remaining()));
    return ElfNote{without_nul(*name), header->n_type, *description};
}

void ElfNoteReader::seek(std::size_t offset) {
    if (reader_.seek(offset)) cut_ = false;
}

ElfNotes parse_notes(std::span<const std::byte> bytes, std::uint64_t alignment) {
    ElfNotes result;
    ElfNoteReader reader(bytes, alignment);
    while (const auto note = reader.next()) {
        if (result.notes.size() == kMaxNotes) break;
        result.notes.push_back(*note);
    }
    result.cut = reader.cut();
    return result;
}

std::optional<std::string> find_build_id(const ElfNotes& notes) {
    for (const ElfNote& note : notes.notes) {
        if (note.name != "GNU" || note.type != NT_GNU_BUILD_ID) continue;
        if (note.description.empty() || note.description.size() > kMaxBuildId) continue;
        std::string hex;
        for (const std::byte byte : note.description) hex += fmt::format("{:02x}", static_cast<unsigned>(byte));
        return hex;
    }
    return std::nullopt;
}

}  // namespace pycore
