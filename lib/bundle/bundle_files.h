// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which files every question about a process needs beside its core: its modules, the debug files of those that its
// stacks lead through, and, if asked for, the Python sources on its stacks. They are the very files that were read for
// the answer, proven by their build-ids; nothing else of this machine gets into a bundle.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "process/file_search.h"
#include "process/process_snapshot.h"
#include "state/process_state.h"

namespace pycore {

struct BundledFile {
    enum class Kind { Module, DebugFile, Source };

    Kind kind = Kind::Module;
    std::string path;  // as the process knew it; of a debug file: where it was found
    std::optional<std::string> build_id;
    std::span<const std::byte> bytes;
    bool whole = true;  // false: its headers only
    std::shared_ptr<const void> owner;
};

struct BundleFiles {
    std::vector<BundledFile> files;
    std::vector<std::string> left_out;  // one sentence each
};

struct BundleOptions {
    bool sources = false;
    std::string source_folder;  // where relative paths of sources begin; "": here
};

BundleFiles find_bundle_files(const ProcessSnapshot& process, const ProcessState& state, const FileSearch& search,
                              const BundleOptions& options);

}  // namespace pycore
