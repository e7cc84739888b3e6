// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Note records of PT_NOTE segments, in the order of the file:
//   u32 namesz, u32 descsz, u32 type, name (padded to 4), desc (padded to 4)

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pycore {

struct ElfNote {
    std::string_view name;  // without the terminating NUL: "CORE", "GNU", "LINUX"
    std::uint32_t type = 0;
    std::span<const std::byte> description;
};

struct ElfNotes {
    std::vector<ElfNote> notes;
    bool cut = false;  // the last record does not fit; those before it are here
};

// `alignment` is the segment's p_align: 8 pads to 8 bytes, anything else to 4.
ElfNotes parse_notes(std::span<const std::byte> bytes, std::uint64_t alignment = 4);

// Lower-case hex of the NT_GNU_BUILD_ID note, if there is one.
std::optional<std::string> find_build_id(const ElfNotes& notes);

}  // namespace pycore
