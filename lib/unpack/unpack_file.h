// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// unpack_file turns a compressed file into a mapped one. What is damaged, cut, or larger than the disk
// gives what could be unpacked and the reason why it ends there: a cut core still tells most of it.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "unpack/decoder.h"

namespace pycore {

struct UnpackLimits {
    // A stream that grows by more than `ratio` is unpacked to `size_bytes` at most, so that a file of
    // some bytes cannot keep us busy for hours. Others are bounded by the disk.
    std::uint64_t ratio = 1000;
    std::uint64_t size_bytes = 64ULL << 30;
    // Asked once with the first bytes; false ends the unpacking there, as they are of no use.
    bool (*is_wanted)(std::span<const std::byte> front) = nullptr;
    // Asked with all of it: whether foreign libraries are to edit its pages (MappedFile::Use::PrivateCopy).
    bool (*is_edited)(std::span<const std::byte> bytes) = nullptr;
};

struct UnpackedFile {
    std::shared_ptr<const MappedFile> file;  // has the packed file's path for a name
    std::optional<Error> cut;                // why it is not all; nullopt if it was not wanted
};

// Where unpack_file would make its temporary file; nowhere if `path` is no compressed file.
std::vector<std::string> folders_to_unpack(const std::string& path);

// The same for any compressed file.
std::vector<std::string> folders_to_unpack();

// An Error where there is nothing: no temporary file, or no byte could be unpacked.
Result<UnpackedFile> unpack_file(const MappedFile& packed, Compression compression, const UnpackLimits& limits = {});

}  // namespace pycore
