// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// MemoryFile is a file without a disk: what opens files can be fed bytes in hand.

#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "base/mapped_file.h"
#include "fuzz/target.h"

namespace pycore::fuzz {

class MemoryFile {
public:
    explicit MemoryFile(Bytes bytes);

    void write_at(std::uint64_t offset, Bytes bytes) const;
    std::shared_ptr<const MappedFile> map() const;
    // Opens the file by name, as long as this lives.
    std::string path() const;

private:
    FileDescriptor file_;
};

}  // namespace pycore::fuzz
