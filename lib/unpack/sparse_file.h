// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SparseFile is an unlinked temporary file that is written from front to back and then mapped. Blocks
// of zeros become holes: most of a core is zeros that take no room on the disk. It lies in $TMPDIR, else
// in /var/tmp (which is a disk where /tmp is memory), else in /tmp, and is gone when it is closed.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "base/mapped_file.h"
#include "base/result.h"

namespace pycore {

class SparseFile {
public:
    static constexpr std::size_t kBlockSize = 4096;

    static Result<SparseFile> create();
    static std::vector<std::string> candidate_folders();

    // All appends but the last are multiples of kBlockSize, or blocks of zeros are not seen as such.
    Result<void> append(std::span<const std::byte> bytes);
    std::uint64_t size_bytes() const { return size_; }
    std::uint64_t disk_bytes() const;  // that it takes
    // `name` stands for the path of the mapping.
    Result<std::shared_ptr<const MappedFile>> map(std::string name,
                                                  MappedFile::Use use = MappedFile::Use::ReadOnly) const;

private:
    SparseFile(FileDescriptor file, std::string folder) : file_(std::move(file)), folder_(std::move(folder)) {}
    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;

    FileDescriptor file_;
    std::string folder_;
    std::uint64_t size_ = 0;
};

}  // namespace pycore
