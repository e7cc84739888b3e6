// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DwarfTypes answers where a member lies in a C structure, by the DWARF of one file: "member interp
// of struct _ts". Only the named compile units are read, and only the types at their top level, so
// that an answer costs milliseconds. Used by layout/; knows nothing of Python.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "elf/elf_file.h"

namespace pycore {

class DwarfTypes {
public:
    // Collects the structures and typedefs of the compile units whose source file ends in one of
    // `unit_suffixes` ("/pystate.c"). NotFound: no .debug_info, or no such unit.
    static Result<DwarfTypes> open(std::shared_ptr<const ElfFile> file,
                                   std::span<const std::string_view> unit_suffixes);
    ~DwarfTypes();
    DwarfTypes(DwarfTypes&&) noexcept;
    DwarfTypes& operator=(DwarfTypes&&) noexcept;

    // `type` is a structure's tag or a typedef's name.
    std::optional<std::uint64_t> size_of(std::string_view type) const;
    // `path` descends through embedded members: "ceval.gil".
    std::optional<std::uint64_t> offset_of(std::string_view type, std::string_view path) const;

private:
    struct Implementation;
    explicit DwarfTypes(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace pycore
