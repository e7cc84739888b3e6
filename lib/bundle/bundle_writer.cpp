// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "bundle/bundle_writer.h"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

#include "archive/file_bundle.h"
#include "archive/tar_writer.h"
#include "process/module_file_finder.h"

namespace pycore {
namespace {

// A file is written once, by its build-id if it has one; a hard link has its path.
struct Names {
    std::string own;
    std::string link;  // "": none
};

Names names_of(const BundledFile& file) {
    const std::string by_path = member_of_path(path_before_deletion(file.path).value_or(file.path));
    if (!file.build_id || file.build_id->size() < 3) return {by_path, ""};
    if (file.kind == BundledFile::Kind::DebugFile) return {member_of_debug_file(*file.build_id), ""};
    return {member_of_build(*file.build_id), by_path};
}

std::string_view kind_of(const BundledFile& file) {
    switch (file.kind) {
        case BundledFile::Kind::Module: return "module";
        case BundledFile::Kind::DebugFile: return "debug file";
        case BundledFile::Kind::Source: return "source";
    }
    return "";
}

std::string table_of(const BundleFiles& files, std::string_view version) {
    using nlohmann::json;
    json document = {{"format", 1}, {"pycore", version}, {"files", json::array()}, {"left_out", files.left_out}};
    for (const BundledFile& file : files.files) {
        document["files"].push_back({{"member", names_of(file).own},
                                     {"kind", kind_of(file)},
                                     {"path", file.path},
                                     {"build_id", file.build_id ? json(*file.build_id) : json()},
                                     {"bytes", file.bytes.size()},
                                     {"whole", file.whole}});
    }
    return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<void> write_bundle(const BundledCore& core, const BundleFiles& files, std::string_view version,
                          std::int64_t time, const ByteSink& sink) {
    TarWriter tar(sink, time);
    if (auto done = tar.add(kManifestMember, table_of(files, version)); !done) return done;
    if (auto done = tar.add(kCoreMember, core.size_bytes, core.content); !done) return done;
    std::set<std::string> taken;
    for (const BundledFile& file : files.files) {
        const Names names = names_of(file);
        if (!taken.insert(names.own).second) continue;
        const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
        if (auto done = tar.add(names.own, text); !done) return done;
        if (names.link.empty() || !file.whole || !taken.insert(names.link).second) continue;
        if (auto done = tar.add_link(names.link, names.own); !done) return done;
    }
    return tar.finish();
}

}  // namespace pycore
