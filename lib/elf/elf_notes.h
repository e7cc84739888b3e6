// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Note records of PT_NOTE segments, in the order of the file:
//   u32 namesz, u32 descsz, u32 type, name, padding, desc, padding
// where the paddings reach to the next multiple of 4 (of 8 in segments aligned to 8).
// Sizes are not trusted: a record that does not fit ends the walk and is told as `cut`.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace pycore {

struct ElfNote {
    std::string_view name;  // without the terminating NUL: "CORE", "GNU", "LINUX"
    std::uint32_t type = 0;
    std::span<const std::byte> description;
};

// Hands out one record after the other; nothing is read ahead, so that a segment may be huge.
class ElfNoteReader {
public:
    // `alignment` is the segment's p_align: 8 pads to 8 bytes, anything else to 4.
    explicit ElfNoteReader(std::span<const std::byte> bytes, std::uint64_t alignment = 4);

    // nullopt at the end, and where a record does not fit; offset() is then its begin.
    std::optional<ElfNote> next();
    bool cut() const { return cut_; }
    std::size_t offset() const { return offset_; }
    // Goes on at another place, after a damaged record.
    void seek(std::size_t offset);

private:
    std::optional<ElfNote> read_record();

    ByteReader reader_;
    std::size_t unit_;
    std::size_t offset_ = 0;
    bool cut_ = false;
};

struct ElfNotes {
    std::vector<ElfNote> notes;
    bool cut = false;  // the last record does not fit; those before it are here
};

// All records of a small segment: at most kMaxNotes of them.
inline constexpr std::size_t kMaxNotes = 4096;
ElfNotes parse_notes(std::span<const std::byte> bytes, std::uint64_t alignment = 4);

// Lower-case hex of the NT_GNU_BUILD_ID note, if there is one.
std::optional<std::string> find_build_id(const ElfNotes& notes);

}  // namespace pycore
