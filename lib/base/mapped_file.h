// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// MappedFile is a regular file, opened and mapped. Anything else (a FIFO, a device, a directory, a
// socket) is refused before it is opened for reading, so that a path out of a dump cannot block us
// or set something off. Errors say why, not which file: the caller knows.
//
// A mapped file that shrinks, or whose disk fails, raises SIGBUS where it is read; a program that
// reads files of others installs mapped_file_guard.h.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace pycore {

class MappedFile {
public:
    enum class Use {
        ReadOnly,
        // Writes of a foreign library go to private copies of the pages, never to the file: libelf
        // edits the section headers of an image when it decompresses a section.
        PrivateCopy,
    };

    static Result<std::shared_ptr<const MappedFile>> open(const std::string& path, Use use = Use::ReadOnly);
    // The absolute `path` as a process sees it whose root directory is `root`: symbolic links, also
    // absolute ones, do not lead out of it. (Kernels before 5.6: `root` and `path` joined.)
    static Result<std::shared_ptr<const MappedFile>> open_in_root(const std::string& root, const std::string& path,
                                                                  Use use = Use::ReadOnly);
    // Maps what an open descriptor names, which stays the caller's; `name` stands for the path.
    static Result<std::shared_ptr<const MappedFile>> from_descriptor(std::string name, int descriptor,
                                                                     Use use = Use::ReadOnly);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::string& path() const { return path_; }
    std::span<const std::byte> bytes() const { return bytes_; }
    // Gives back the memory of what was read so far; bytes() stay valid and are read anew.
    void let_go() const;

private:
    MappedFile(std::string path, std::span<const std::byte> bytes);

    std::string path_;
    std::span<const std::byte> bytes_;
    std::size_t guard_slot_ = 0;
};

}  // namespace pycore
