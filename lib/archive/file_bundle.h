// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FileBundle is a core together with the files that reading it needs, in one tar archive (docs/snapshot-format.md):
//   core                    the core
//   root/usr/bin/python3    a file by its absolute path, as below a sysroot; cwd/x.py by a relative one
//   .build-id/ab/cdef       a module by its build-id, as elfutils and gdb look for it; with .debug its debug file
// Files are looked up, never unpacked.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/diagnostics.h"
#include "base/mapped_file.h"

namespace pycore {

class FileBundle {
public:
    using Bytes = std::span<const std::byte>;

    // `archive` is a tar archive; what is damaged in it is told. An Error: there is no core in it.
    static Result<std::shared_ptr<const FileBundle>> open(std::shared_ptr<const MappedFile> archive,
                                                          Diagnostics& diagnostics);

    Bytes core() const { return core_; }
    const std::shared_ptr<const MappedFile>& archive() const { return archive_; }
    // By names of members; for reports: "ARCHIVE:NAME".
    std::optional<Bytes> find(const std::string& member) const;
    std::string name_of(const std::string& member) const { return archive_->path() + ":" + member; }

private:
    FileBundle() = default;

    std::shared_ptr<const MappedFile> archive_;
    Bytes core_;
    std::unordered_map<std::string, Bytes> members_;
};

inline constexpr const char* kCoreMember = "core";
inline constexpr const char* kManifestMember = "bundle.json";

// The names of members.
std::string member_of_path(const std::string& path);
std::string member_of_build(const std::string& build_id);
std::string member_of_debug_file(const std::string& build_id);

}  // namespace pycore
