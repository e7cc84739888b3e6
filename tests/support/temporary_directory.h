// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// TemporaryDirectory is a folder of a test's own, gone with it.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pycore::test {

class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::string& path() const { return path_; }
    // Writes a file, and the folders it needs; returns its path.
    std::string write(const std::string& name, std::string_view text) const;
    std::string write(const std::string& name, std::span<const std::byte> bytes) const;

private:
    std::string path_;
};

}  // namespace pycore::test
