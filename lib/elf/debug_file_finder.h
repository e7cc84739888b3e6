// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DebugFileFinder finds what distributions split off a stripped file: its debug file, by build-id or by
// .gnu_debuglink, and the file of shared DWARF that dwz made (.gnu_debugaltlink). A file of another
// build is never returned. It opens regular files only and reaches no network unless told to.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/file_bundle.h"
#include "elf/elf_file.h"

namespace pycore {

struct DebugFileSearch {
    std::vector<std::string> debug_dirs;  // tried first; then SYSROOT/usr/lib/debug and /usr/lib/debug
    std::string sysroot;
    bool use_debuginfod = false;                    // ask the servers of DEBUGINFOD_URLS for what is not here
    std::shared_ptr<const FileBundle> bundle = {};  // asked before all others; may be null
};

class DebugFileFinder {
public:
    explicit DebugFileFinder(DebugFileSearch search);

    // nullptr where there is none. `file` may have been opened under the sysroot.
    std::shared_ptr<const ElfFile> find(const ElfFile& file) const;
    // What `debug_file` refers to by DW_FORM_GNU_ref_alt and DW_FORM_GNU_strp_alt.
    std::shared_ptr<const ElfFile> find_alternate(const ElfFile& debug_file) const;

private:
    std::shared_ptr<const ElfFile> find_by_build_id(const std::string& build_id) const;
    std::shared_ptr<const ElfFile> find_in_bundle(const std::string& build_id) const;
    std::shared_ptr<const ElfFile> find_by_link(const ElfFile& file) const;
    std::string without_sysroot(std::string_view path) const;

    // A directory like /usr/lib/debug; below a sysroot its symbolic links are followed inside of it.
    struct Root {
        std::string sysroot;
        std::string directory;
    };
    static std::shared_ptr<const ElfFile> open(const Root& root, const std::string& path);

    DebugFileSearch search_;
    std::vector<Root> roots_;
};

// True if the file itself holds DWARF for its code.
bool has_debug_info(const ElfFile& file);

}  // namespace pycore
