// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Reads the table of a tar archive in hand. Nothing is unpacked, and no name of a member is ever used as a path: a
// member is a span of bytes with a name to look it up by. Archives of GNU tar and of pax are read.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace pycore {

struct TarMember {
    std::string name;
    std::span<const std::byte> bytes;  // of a hard link: those of the member that it leads to
    bool cut = false;                  // the archive ends before it does
};

struct TarTable {
    std::vector<TarMember> members;  // files and hard links, in the archive's order
    std::optional<Error> damage;     // why it ends where it does; what came before is sound
};

bool has_tar_magic(std::span<const std::byte> bytes);
TarTable parse_tar(std::span<const std::byte> bytes);

}  // namespace pycore
