// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/choose_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "elf/debug_file_finder.h"
#include "layout/dwarf_layout.h"
#include "layout/layout_tables.h"
#include "layout/merge_layouts.h"
#include "layout/repair_layout.h"
#include "layout/validate_layout.h"

namespace pycore::layout {
namespace {

constexpr PythonVersion kNewest{3, kNewestMinor, 0};

bool is_newer_than_known(const PythonVersion& version) { return version.major == 3 && version.minor > kNewestMinor; }

// Fields that no table of a free-threaded build tells, because the structures before them grew.
void complete(RuntimeLayout& layout, bool free_threaded) {
    auto& interpreter = layout.interpreter_state;
    if (interpreter.gil_runtime_state && interpreter.gil_runtime_state_locked && interpreter.gil_runtime_state_holder) {
        layout.gil.locked = *interpreter.gil_runtime_state_locked - *interpreter.gil_runtime_state;
        layout.gil.last_holder = *interpreter.gil_runtime_state_holder - *interpreter.gil_runtime_state;
        // `enabled` stands in front (Include/internal/pycore_gil.h).
        if (free_threaded) layout.gil.size = 216;
    }
    // _co_firsttraceable and co_extra, and in free-threaded 3.14+ co_tlbc, precede the byte code.
    if (free_threaded && layout.code_object.co_code_adaptive) {
        layout.code_object.firsttraceable =
            *layout.code_object.co_code_adaptive - (layout.code_object.co_tlbc ? 24 : 16);
    }
}

std::optional<RuntimeLayout> find_dwarf_layout(const Module* module, const FileSearch& search) {
    if (module == nullptr || !module->file) return std::nullopt;
    std::shared_ptr<const ElfFile> file = module->file;
    if (!has_debug_info(*file)) {
        file = DebugFileFinder({search.debug_dirs, search.sysroot, search.use_debuginfod, search.bundle})
                   .find(*module->file);
    }
    if (!file) return std::nullopt;
    auto layout = read_dwarf_layout(std::move(file));
    return layout ? std::optional(*std::move(layout)) : std::nullopt;
}

Result<ChosenLayout> validated(ChosenLayout chosen) {
    if (auto valid = validate_layout(chosen.layout, chosen.traits); !valid) return std::move(valid).error();
    return chosen;
}

}  // namespace

Error unsupported_version(const PythonVersion& version) {
    const bool old = version.major < 3 || version.minor < kOldestMinor;
    return {ErrorCode::Unsupported,
            fmt::format("CPython {} is {} than this build reads (3.{} to 3.{})", to_string(version),
                        old ? "older" : "newer", kOldestMinor, kNewestMinor),
            {}};
}

Result<ChosenLayout> choose_layout(const DebugOffsets& own) {
    const bool newer = is_newer_than_known(own.version);
    const PythonVersion known = newer ? kNewest : own.version;
    const VersionTraits* traits = find_traits(known, own.free_threaded);
    const auto table = find_layout_table(known);
    if (traits == nullptr || !table) return unsupported_version(own.version);
    RuntimeLayout offsets = own.layout;
    const bool repairable = !newer && !own.free_threaded && own.version.is_final();
    const auto damaged = repairable ? repair_layout(offsets, table->layout) : std::vector<std::string>();
    ChosenLayout chosen{*traits, merge_with_table(offsets, table->layout), "debug_offsets", {}, {}};
    if (!damaged.empty()) {
        chosen.damage = fmt::format("the debug offsets of this Python are damaged ({}); those of CPython {} are used",
                                    fmt::join(damaged, ", "), to_string(table->version));
    }
    complete(chosen.layout, own.free_threaded);
    if (newer) {
        chosen.doubt = fmt::format(
            "CPython {} is newer than this build knows; offsets come from its own debug table, their meaning from "
            "{}.{}",
            to_string(own.version), kNewest.major, kNewest.minor);
    }
    auto result = validated(std::move(chosen));
    if (!result && (newer || !own.version.is_final())) return unsupported_version(own.version);
    return result;
}

Result<ChosenLayout> choose_layout(const PythonVersion& version, const Module* module, const FileSearch& search) {
    const VersionTraits* traits = find_traits(version, false);
    const auto table = find_layout_table(version);
    if (traits == nullptr || !table) return unsupported_version(version);
    ChosenLayout chosen{*traits, table->layout, "table", {}, {}};
    if (!table->exact) {
        if (const auto dwarf = find_dwarf_layout(module, search)) {
            chosen.layout = *dwarf;
            chosen.source = "dwarf";
        } else {
            chosen.doubt =
                fmt::format("CPython {} is read by the layout of {}", to_string(version), to_string(table->version));
        }
    }
    return validated(std::move(chosen));
}

}  // namespace pycore::layout
