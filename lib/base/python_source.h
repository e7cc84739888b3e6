// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A path out of a dump is not to be trusted: of the files that it names as sources only those are read that look like
// Python, so that a hostile dump cannot make pycore print or pack some other file.

#include <memory>
#include <string>
#include <string_view>

#include "base/mapped_file.h"

namespace pycore {

inline constexpr std::size_t kMaxSourceBytes = 32U << 20U;

// A module by its suffix, or a script by its first line.
bool looks_like_python(std::string_view path, std::string_view text);

// The file below `sysroot`, where links do not lead out of it, else the file at the path itself; nullptr if neither is
// a regular file of bounded size that looks like Python.
std::shared_ptr<const MappedFile> open_python_source(const std::string& sysroot, const std::string& path);

std::string_view text_of(const MappedFile& file);

}  // namespace pycore
