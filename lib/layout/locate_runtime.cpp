// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/locate_runtime.h"

#include <array>

#include "layout/debug_offsets.h"
#include "layout/find_version.h"
#include "layout/layout_tables.h"
#include "layout/runtime_candidates.h"
#include "layout/validate_layout.h"

namespace pycore::layout {
namespace {

Error too_old(const PythonVersion& version) {
    return {
        ErrorCode::Unsupported, "CPython " + to_string(version) + " is older than this build reads (3.8 to 3.15)", {}};
}

Error too_new(const PythonVersion& version) {
    return {
        ErrorCode::Unsupported, "CPython " + to_string(version) + " is newer than this build reads (3.8 to 3.15)", {}};
}

Error unsupported(const PythonVersion& version) {
    return version < PythonVersion{3, kOldestMinor, 0, 'a', 0} ? too_old(version) : too_new(version);
}

std::optional<DebugOffsets> read_debug_offsets(const ProcessSnapshot& process, Address address) {
    std::array<std::byte, kMaxDebugOffsetsSize> buffer;
    // The oldest table is the smallest; a newer one is read as far as it goes.
    const auto bytes = process.memory->view(address, buffer.size());
    if (bytes.size() == buffer.size()) {
        const auto table = parse_debug_offsets(bytes);
        return table ? std::optional(*table) : std::nullopt;
    }
    for (const int minor : {15, 14, 13}) {
        const auto part = std::span(buffer).first(debug_offsets_size(minor));
        if (!process.memory->read(address, part)) continue;
        const auto table = parse_debug_offsets(part);
        return table ? std::optional(*table) : std::nullopt;
    }
    return std::nullopt;
}

// What _Py_DebugOffsets leaves out and can be told from what it says: object headers of free-threaded
// builds are 16 bytes longer, and everything behind the header moves along.
void complete_free_threaded(RuntimeLayout& layout, const RuntimeLayout& table) {
    const auto& interpreter = layout.interpreter_state;
    if (interpreter.gil_runtime_state && interpreter.gil_runtime_state_locked && interpreter.gil_runtime_state_holder) {
        layout.gil.locked = *interpreter.gil_runtime_state_locked - *interpreter.gil_runtime_state;
        layout.gil.last_holder = *interpreter.gil_runtime_state_holder - *interpreter.gil_runtime_state;
        layout.gil.size = 216;  // `enabled` stands in front (Include/internal/pycore_gil.h)
    }
    if (layout.pyobject.size && table.pyobject.size) {
        const std::uint32_t growth = *layout.pyobject.size - *table.pyobject.size;
        layout.module_object.md_dict = table.module_object.md_dict.value_or(16) + growth;
        if (layout.code_object.co_code_adaptive) {
            const std::uint32_t distance = layout.code_object.co_tlbc ? 24 : 16;
            layout.code_object.firsttraceable = *layout.code_object.co_code_adaptive - distance;
        }
    }
}

Result<Runtime> self_described(const DebugOffsets& own, const RuntimeCandidate& candidate, Diagnostics& diagnostics) {
    PythonVersion known = own.version;
    const VersionTraits* traits = find_traits(known, own.free_threaded);
    if (traits == nullptr) return unsupported(own.version);
    Runtime runtime{candidate.address,
                    own.version,
                    own.free_threaded,
                    *traits,
                    {},
                    "debug_offsets",
                    std::string(candidate.located_by),
                    candidate.module};
    const auto table = find_layout_table(known);
    if (table) runtime.layout = table->layout;
    overlay(runtime.layout, own.layout);
    if (own.free_threaded && table) complete_free_threaded(runtime.layout, table->layout);
    if (auto valid = validate_layout(runtime.layout, *traits); !valid) return std::move(valid).error();
    (void)diagnostics;
    return runtime;
}

Result<Runtime> by_table(const ProcessSnapshot& process, const RuntimeCandidate& candidate, Diagnostics&) {
    auto version = find_version(process, candidate.module, candidate.address);
    if (!version && candidate.module != nullptr) version = version_in_file_name(candidate.module->path);
    if (!version) return Error{ErrorCode::NotFound, "the version of this Python is not to be found in the core", {}};
    const VersionTraits* traits = find_traits(*version, false);
    const auto table = find_layout_table(*version);
    if (traits == nullptr || !table) return unsupported(*version);
    Runtime runtime{
        candidate.address, *version, false, *traits, table->layout, "table", std::string(candidate.located_by),
        candidate.module};
    if (auto valid = validate_layout(runtime.layout, *traits); !valid) return std::move(valid).error();
    return runtime;
}

Result<Runtime> identify(const ProcessSnapshot& process, const RuntimeCandidate& candidate, Diagnostics& diagnostics) {
    if (const auto own = read_debug_offsets(process, candidate.address)) {
        return self_described(*own, candidate, diagnostics);
    }
    return by_table(process, candidate, diagnostics);
}

}  // namespace

Result<Runtime> locate_runtime(const ProcessSnapshot& process, Diagnostics& diagnostics) {
    std::optional<Error> obstacle;
    for (const RuntimeCandidate& candidate : candidates_in_files(process)) {
        auto runtime = identify(process, candidate, diagnostics);
        if (runtime) return runtime;
        if (!obstacle) obstacle = runtime.error();
    }
    for (const RuntimeCandidate& candidate : candidates_by_cookie(process)) {
        const auto own = read_debug_offsets(process, candidate.address);
        if (!own) continue;
        auto runtime = self_described(*own, candidate, diagnostics);
        if (runtime) return runtime;
        if (!obstacle) obstacle = runtime.error();
    }
    if (obstacle) return *obstacle;
    return Error{ErrorCode::NotFound, "no Python in this process", {}};
}

}  // namespace pycore::layout
