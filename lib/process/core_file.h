// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The bytes of a core, whatever it comes in. Errors finish the sentence "PATH: ...".
//   a core, plain                    mapped where it lies
//   a bundle (archive/file_bundle.h) the core in it
//   either as .zst .lz4 .xz .gz      unpacked into a temporary file without a name (unpack/)

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "archive/file_bundle.h"
#include "base/diagnostics.h"
#include "base/mapped_file.h"

namespace pycore {

struct CoreFile {
    std::shared_ptr<const MappedFile> file;         // unpacked
    std::span<const std::byte> bytes;               // of the core, in it
    std::shared_ptr<const FileBundle> bundle = {};  // null: there are no files beside it
};

inline CoreFile plain_core(std::shared_ptr<const MappedFile> file) {
    const auto bytes = file->bytes();
    return {std::move(file), bytes, nullptr};
}

// It begins like an ELF file, and nothing more is known of it.
Result<CoreFile> open_core_file(const std::string& path, Diagnostics& diagnostics);

}  // namespace pycore
