// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ModuleFileFinder opens the files that a process had mapped, on the machine where its core is read:
// in the bundle that the core came in, below the sysroot, then at the recorded path itself. It opens each path once and
// compares nothing: whether a file is the right one is for module_match.h to say.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elf/elf_file.h"
#include "process/file_search.h"

namespace pycore {

class ModuleFileFinder {
public:
    using File = std::shared_ptr<const ElfFile>;

    explicit ModuleFileFinder(const FileSearch& search) : search_(search) {}

    // Best first. `path` is as the process knew it: a relative one, or one that never was a file
    // ("[vdso]", "/memfd:x"), is not looked for; of a deleted file, the one that took its place is. A
    // bare name ("libc.so.6": all that a core without NT_FILE may tell) is looked for where libraries are.
    std::vector<File> find(const std::string& path, const std::optional<std::string>& build_id = {});
    // FileSearch::executable, or why it cannot be opened; nullptr if none was given.
    Result<File> given_executable();

private:
    File open(const std::string& root, const std::string& path);
    File open_bundled_once(const std::string& member);
    void find_path(const std::string& path, std::vector<File>& files);
    std::vector<std::string> library_folders() const;

    FileSearch search_;
    std::unordered_map<std::string, File> opened_;  // by root and path; nullptr: not there, or no ELF file
};

bool is_bare_name(const std::string& path);

// Without the " (deleted)" that the kernel puts behind the path of an unlinked file.
std::optional<std::string> path_before_deletion(const std::string& path);

}  // namespace pycore
