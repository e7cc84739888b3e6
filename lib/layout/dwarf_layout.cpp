// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/dwarf_layout.h"

#include <array>

#include "elf/dwarf_types.h"

namespace pycore::layout {
namespace {

// Between them these know every structure of layout_fields.def, in all versions.
constexpr std::array<std::string_view, 6> kUnits = {"Python/pystate.c",        "Python/ceval.c",
                                                    "Objects/dictobject.c",    "Objects/moduleobject.c",
                                                    "Objects/unicodeobject.c", "Objects/genobject.c"};

// Calls try_one(alternative) for each part of "a|b|c" until one answers.
template <typename Try>
std::optional<std::uint64_t> first_of(std::string_view alternatives, Try&& try_one) {
    while (true) {
        const auto bar = alternatives.find('|');
        if (const auto answer = try_one(alternatives.substr(0, bar))) return answer;
        if (bar == std::string_view::npos) return std::nullopt;
        alternatives.remove_prefix(bar + 1);
    }
}

std::optional<std::uint64_t> ask(const DwarfTypes& types, std::string_view type, std::string_view path) {
    return path.empty() ? types.size_of(type) : types.offset_of(type, path);
}

std::optional<std::uint64_t> find_field(const DwarfTypes& types, const FieldInfo& info) {
    if (info.paths == "-") return std::nullopt;
    return first_of(info.paths, [&](std::string_view path) {
        if (const auto colon = path.find(':'); colon != std::string_view::npos) {
            return ask(types, path.substr(0, colon), path.substr(colon + 1));
        }
        return first_of(info.group_types, [&](std::string_view type) { return ask(types, type, path); });
    });
}

}  // namespace

Result<RuntimeLayout> read_dwarf_layout(std::shared_ptr<const ElfFile> file) {
    const std::string path = file->path();
    auto types = DwarfTypes::open(std::move(file), kUnits);
    if (!types) return std::move(types).error();
    RuntimeLayout layout;
    for_each_field(layout, [&](const FieldInfo& info, Offset& offset) {
        if (const auto found = find_field(*types, info)) offset = static_cast<std::uint32_t>(*found);
    });
    if (!layout.thread_state.interp || !layout.runtime_state.interpreters_head) {
        return Error{ErrorCode::NotFound, path + " has no DWARF of the Python runtime", {}};
    }
    return layout;
}

}  // namespace pycore::layout
