// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SourceLines finds lines of Python source files on this machine, each file opened once. A path out of a
// dump is not to be trusted: only regular files of bounded size that look like Python are read, so that
// a hostile dump cannot make a report print some other file.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"

namespace pycore {

struct SourceSearch {
    std::string sysroot;                    // tried before the recorded path
    std::optional<std::int64_t> dumped_at;  // seconds since the epoch: when the process was dumped
};

class SourceLines {
public:
    static constexpr std::size_t kMaxFileBytes = 32U << 20U;

    enum class Use { Yes, Never };  // Never: no file is opened

    explicit SourceLines(SourceSearch search, Use use = Use::Yes) : search_(std::move(search)), use_(use) {}

    // Line `number` (1-based) of the file, without its line break; nullopt if it cannot be had.
    std::optional<std::string_view> find(const std::string& path, std::int64_t number);

    // Files with lines found whose time of change is after the dump: they may not be what ran.
    std::vector<std::string> changed_files() const;

private:
    struct File {
        std::shared_ptr<const MappedFile> mapped;
        std::vector<std::size_t> line_begins;  // and the end of the file
        bool changed = false;
        bool used = false;
    };

    File open(const std::string& path) const;

    SourceSearch search_;
    Use use_;
    std::unordered_map<std::string, File> files_;
};

}  // namespace pycore
