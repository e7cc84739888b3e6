// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where a report goes: stdout, or a file that appears under its name only when it is whole.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "base/result.h"

namespace pycore {

// A reader that went away (EPIPE) is no failure: it has what it wanted.
Result<void> write_stdout(std::string_view text);
Result<void> write_file(const std::string& path, std::string_view text);
// The same with what only its owner may read, and on the disk before it has its name.
Result<void> write_private_file(const std::string& path, std::string_view bytes);
// The same as it is made, blocks of zeros left as holes. Returns its size.
Result<std::uint64_t> write_private_file(const std::string& path, const FileContent& content);

// Whether both are there and the same file.
bool is_same_file(const std::string& path, const std::string& other);

// The same under a name in `folder` that no file has: `stem` + `suffix`, else `stem`.2 + `suffix` and so on. Whatever
// happens to us meanwhile, no half file has it.
struct NewFile {
    std::string name;
    std::uint64_t bytes = 0;
};
Result<NewFile> write_new_private_file(const std::string& folder, const std::string& stem, std::string_view suffix,
                                       const FileContent& content);

// What write_file(path) has to be allowed to write: the folder of the file, or the special file itself.
std::string place_to_write(const std::string& path);

enum class ColorChoice { Auto, Always, Never };
// Auto: a terminal, unless NO_COLOR is set and not empty; FORCE_COLOR stands for Always.
bool use_color(ColorChoice choice);

}  // namespace pycore
