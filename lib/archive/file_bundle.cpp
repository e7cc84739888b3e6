// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "archive/file_bundle.h"

#include <filesystem>

#include "archive/tar_reader.h"

namespace pycore {

Result<std::shared_ptr<const FileBundle>> FileBundle::open(std::shared_ptr<const MappedFile> archive,
                                                           Diagnostics& diagnostics) {
    std::shared_ptr<FileBundle> bundle(new FileBundle);
    TarTable table = parse_tar(archive->bytes());
    if (table.damage) diagnostics.warn(*table.damage);
    bool has_core = false;
    for (TarMember& member : table.members) {
        if (member.name == kCoreMember && !has_core) {
            bundle->core_ = member.bytes;
            has_core = true;
        } else if (!member.cut) {  // a part of a file is not the file
            bundle->members_.emplace(std::move(member.name), member.bytes);
        }
    }
    if (!has_core) {
        return Error{ErrorCode::Unsupported, "a tar archive, but no bundle of pycore: it has no member named core", {}};
    }
    bundle->archive_ = std::move(archive);
    return std::shared_ptr<const FileBundle>(std::move(bundle));
}

std::optional<FileBundle::Bytes> FileBundle::find(const std::string& member) const {
    const auto found = members_.find(member);
    return found == members_.end() ? std::nullopt : std::optional(found->second);
}

std::string member_of_path(const std::string& path) {
    const std::string plain = std::filesystem::path(path).lexically_normal().string();
    return plain.starts_with('/') ? "root" + plain : "cwd/" + plain;
}

std::string member_of_build(const std::string& build_id) {
    return build_id.size() < 3 ? std::string() : ".build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2);
}

std::string member_of_debug_file(const std::string& build_id) {
    return build_id.size() < 3 ? std::string() : member_of_build(build_id) + ".debug";
}

}  // namespace pycore
