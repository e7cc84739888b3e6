// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// MappedFile is a regular file, opened and mapped read-only. Anything else (a FIFO, a device, a
// directory, a socket) is refused before a byte is read, so that a path out of a dump cannot block
// us or set something off.

#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace pycore {

class MappedFile {
public:
    // CopyOnWrite: libelf scribbles on the image of a file with compressed sections (elf_compress(3));
    // the pages that it touches become ours, the file stays as it is.
    enum class Protection { ReadOnly, CopyOnWrite };
    static Result<std::shared_ptr<const MappedFile>> open(const std::string& path,
                                                          Protection protection = Protection::ReadOnly);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::string& path() const { return path_; }
    std::span<const std::byte> bytes() const { return bytes_; }

private:
    MappedFile(std::string path, std::span<const std::byte> bytes);

    std::string path_;
    std::span<const std::byte> bytes_;
};

}  // namespace pycore
