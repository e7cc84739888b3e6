// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SourceLines finds lines of Python source files: those that came with the dump, else those on this machine, each file
// opened once (base/python_source.h says which are).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"

namespace pycore {

struct SourceSearch {
    std::string sysroot;                    // tried before the recorded path
    std::optional<std::int64_t> dumped_at;  // seconds since the epoch: when the process was dumped
    // Texts by path that came with the dump: they are what ran. Outlives the SourceLines; may be null.
    const std::map<std::string, std::string>* texts = nullptr;
    const std::set<std::string>* silent = nullptr;  // files that are not to be opened; may be null
};

class SourceLines {
public:
    enum class Use { Yes, Never };  // Never: no file is opened

    explicit SourceLines(SourceSearch search, Use use = Use::Yes) : search_(std::move(search)), use_(use) {}

    // Line `number` (1-based) of the file, without its line break; nullopt if it cannot be had.
    std::optional<std::string_view> find(const std::string& path, std::int64_t number);

    // Files with lines found whose time of change is after the dump: they may not be what ran.
    std::vector<std::string> changed_files() const;

private:
    struct File {
        std::shared_ptr<const MappedFile> mapped;  // null: the text came with the dump
        std::string_view text;
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
