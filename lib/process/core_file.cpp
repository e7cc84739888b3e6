// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "archive/tar_reader.h"
#include "elf/elf_header.h"
#include "unpack/unpack_file.h"

namespace pycore {
namespace {

struct OtherFormat {
    std::string_view magic;
    std::string_view what;
};

constexpr OtherFormat kOtherFormats[] = {
    {"BZh", "a file packed by bzip2, which pycore does not unpack; unpack it first"},
    {"PK\x03\x04", "a zip archive; unpack the core first"},
    {"7z\xbc\xaf\x27\x1c", "a 7-zip archive; unpack the core first"},
    {"MDMP", "a minidump, not an ELF core; minidump-2-core of Breakpad turns it into one"},
    {"#!", "a script, not a core file"},
};

bool looks_like_text(std::span<const std::byte> bytes) {
    const auto front = bytes.first(std::min<std::size_t>(bytes.size(), 512));
    return std::none_of(front.begin(), front.end(), [](std::byte byte) {
        const auto value = std::to_integer<unsigned>(byte);
        return value < 0x20 && value != '\t' && value != '\n' && value != '\r' && value != 0x1b;
    });
}

Error no_core(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        return {ErrorCode::Corrupt,
                "the file is empty; was the disk full, or the size of cores limited (ulimit -c) when it was written?",
                {}};
    }
    for (const auto& [magic, what] : kOtherFormats) {
        if (bytes.size() < magic.size() || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) continue;
        return {ErrorCode::Unsupported, std::string(what), {}};
    }
    return {ErrorCode::Unsupported,
            fmt::format("{}, not an ELF core (nor one packed as zst, lz4, xz or gz)",
                        looks_like_text(bytes) ? "a text file" : "a file of an unknown format"),
            {}};
}

bool is_core_or_bundle(std::span<const std::byte> front) { return has_elf_magic(front) || has_tar_magic(front); }

Result<std::shared_ptr<const MappedFile>> unpack(const MappedFile& packed, Compression compression,
                                                 Diagnostics& diagnostics) {
    UnpackLimits limits;
    limits.is_wanted = is_core_or_bundle;
    limits.is_edited = has_tar_magic;
    auto unpacked = unpack_file(packed, compression, limits);
    if (!unpacked) return std::move(unpacked).error().with_context("cannot be unpacked");
    if (unpacked->cut) {
        diagnostics.warn(unpacked->cut->with_context(
            fmt::format("only {} bytes of the packed core could be unpacked", unpacked->file->bytes().size())));
    }
    return std::move(unpacked->file);
}

}  // namespace

Result<CoreFile> open_core_file(const std::string& path, Diagnostics& diagnostics) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    if (const auto compression = find_compression((*file)->bytes())) {
        file = unpack(**file, *compression, diagnostics);
    } else if (has_tar_magic((*file)->bytes())) {
        file = MappedFile::open(path, MappedFile::Use::PrivateCopy);
    }
    if (!file) return std::move(file).error();
    CoreFile core{*file, (*file)->bytes(), nullptr};
    if (has_tar_magic(core.bytes)) {
        auto bundle = FileBundle::open(*file, diagnostics);
        if (!bundle) return std::move(bundle).error();
        core.bundle = *std::move(bundle);
        core.bytes = core.bundle->core();
    }
    if (!has_elf_magic(core.bytes)) return no_core(core.bytes);
    return core;
}

}  // namespace pycore
