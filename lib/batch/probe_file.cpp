// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/probe_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "report/stacks_reader.h"
#include "unpack/decoder.h"

namespace pycore {
namespace {

constexpr std::size_t kFront = 4096;  // bytes that tell what a file is

std::string front_of(std::span<const std::byte> bytes) {
    const auto front = bytes.first(std::min(bytes.size(), kFront));
    return {reinterpret_cast<const char*>(front.data()), front.size()};
}

// As much of it as its first bytes unpack to.
std::string unpacked_front(std::span<const std::byte> packed, Compression compression) {
    auto decoder = make_decoder(compression);
    if (!decoder) return {};
    std::array<std::byte, kFront> buffer{};
    std::size_t filled = 0;
    // Each format's first block is smaller than that.
    packed = packed.first(std::min<std::size_t>(packed.size(), 16U << 20));
    while (filled < buffer.size()) {
        const auto step = (*decoder)->decode(packed, std::span(buffer).subspan(filled));
        if (!step || (step->consumed == 0 && step->produced == 0)) break;
        packed = packed.subspan(step->consumed);
        filled += step->produced;
    }
    return front_of(std::span<const std::byte>(buffer).first(filled));
}

bool is_core(std::string_view front) {
    constexpr std::size_t kType = 16;  // e_type, little-endian: 4 is ET_CORE
    return front.starts_with(
               "\x7f"
               "ELF") &&
           front.size() > kType + 1 && front[kType] == 4 && front[kType + 1] == 0;
}

bool is_bundle(std::string_view front) {
    constexpr std::size_t kMagic = 257;  // of a tar archive
    return front.size() > kMagic + 5 && front.substr(kMagic, 5) == "ustar";
}

bool is_document(std::string_view front, std::string_view schema) {
    const std::size_t brace = front.find_first_not_of(" \t\r\n");
    return brace != std::string_view::npos && front[brace] == '{' && front.find(schema) != std::string_view::npos;
}

std::optional<TargetKind> kind_of(std::string_view front) {
    if (is_core(front) || is_bundle(front)) return TargetKind::Process;
    if (looks_like_stacks_json(front)) return TargetKind::Stacks;
    if (is_document(front, "\"pycore/merge-part/") || is_document(front, "\"pycore/triage-part/")) {
        return TargetKind::Part;
    }
    return std::nullopt;
}

}  // namespace

Result<ProbedFile> probe_file(const std::string& path) {
    const auto file = MappedFile::open(path);
    if (!file) return file.error();
    const auto bytes = (*file)->bytes();
    const auto compression = find_compression(bytes);
    const std::string front = compression ? unpacked_front(bytes, *compression) : front_of(bytes);
    return ProbedFile{kind_of(front), is_document(front, "\"pycore/freeze/"), bytes.size()};
}

}  // namespace pycore
