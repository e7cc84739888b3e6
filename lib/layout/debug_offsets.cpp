// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/debug_offsets.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/byte_reader.h"
#include "layout/versions.h"

namespace pycore::layout {
namespace {

constexpr std::size_t kHeaderSize = 24;

constexpr std::size_t table_size(int minor) {
    std::size_t size = kHeaderSize;
#define LAYOUT_GROUP(group, types)
#define LAYOUT_FIELD(group, field, since, paths) \
    if (since != 0 && since <= minor) size += 8;
#define LAYOUT_GROUP_END(group)
#include "layout/layout_fields.def"
    return size;
}

// sizeof(_Py_DebugOffsets) of the released versions holds the list of fields to account.
static_assert(table_size(13) == 584);
static_assert(table_size(14) == 760);
static_assert(table_size(15) == kMaxDebugOffsetsSize);

bool has_cookie(std::span<const std::byte> bytes) {
    return bytes.size() >= kDebugOffsetsCookie.size() &&
           std::memcmp(bytes.data(), kDebugOffsetsCookie.data(), kDebugOffsetsCookie.size()) == 0;
}

// Offsets are small; a number that no structure can have is kept as "the largest", so that
// validate_layout() names the field.
std::uint32_t narrow(std::uint64_t offset) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(offset, std::numeric_limits<std::uint32_t>::max()));
}

// Free-threaded builds alone have these; the others say 0.
void drop_free_threaded_fields(RuntimeLayout& layout) {
    layout.interpreter_state.gil_runtime_state_enabled.reset();
    layout.interpreter_state.tlbc_generation.reset();
    layout.interpreter_frame.tlbc_index.reset();
    layout.code_object.co_tlbc.reset();
}

}  // namespace

std::size_t debug_offsets_size(int minor) { return table_size(minor); }

Result<DebugOffsets> parse_debug_offsets(std::span<const std::byte> bytes) {
    const auto corrupt = [](std::string message) { return Error{ErrorCode::Corrupt, std::move(message), {}}; };
    if (!has_cookie(bytes)) return corrupt("_Py_DebugOffsets does not begin with its cookie");
    const auto hex = read_at<std::uint64_t>(bytes, 8);
    const auto free_threaded = read_at<std::uint64_t>(bytes, 16);
    if (!hex || !free_threaded) return corrupt("_Py_DebugOffsets is cut");
    const auto version = version_from_hex(*hex);
    if (!version || *free_threaded > 1) return corrupt("_Py_DebugOffsets has an impossible version");
    if (version->major != 3 || version->minor < kOldestSelfDescribingMinor) {
        return Error{ErrorCode::Unsupported, "CPython " + to_string(*version) + " has no _Py_DebugOffsets", {}};
    }
    if (bytes.size() < table_size(std::min(version->minor, kNewestMinor))) return corrupt("_Py_DebugOffsets is cut");

    DebugOffsets table{*version, *free_threaded == 1, {}};
    ByteReader reader(bytes.subspan(kHeaderSize));
    for_each_field(table.layout, [&](const FieldInfo& info, Offset& offset) {
        if (info.since == 0 || info.since > version->minor) return;
        if (const auto value = reader.read<std::uint64_t>()) offset = narrow(*value);
    });
    if (!table.free_threaded) drop_free_threaded_fields(table.layout);
    return table;
}

}  // namespace pycore::layout
