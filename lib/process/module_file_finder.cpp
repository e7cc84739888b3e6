// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_file_finder.h"

#include <fmt/format.h>

#include <string_view>

namespace pycore {
namespace {

// Opened files each cost a mapping; a process has some hundreds of modules.
constexpr std::size_t kMaxFiles = 16'384;

bool never_was_a_file(std::string_view path) {
    if (!path.starts_with('/')) return true;
    for (const std::string_view prefix : {"/memfd:", "/SYSV", "/dev/zero", "/proc/", "/sys/", "/[aio]"}) {
        if (path.starts_with(prefix)) return true;
    }
    return false;
}

}  // namespace

bool is_bare_name(const std::string& path) {
    return !path.empty() && path.find('/') == std::string::npos && path.front() != '[';
}

std::optional<std::string> path_before_deletion(const std::string& path) {
    constexpr std::string_view kDeleted = " (deleted)";
    if (!path.ends_with(kDeleted)) return std::nullopt;
    return path.substr(0, path.size() - kDeleted.size());
}

std::vector<ModuleFileFinder::File> ModuleFileFinder::find(const std::string& recorded,
                                                           const std::optional<std::string>& build_id) {
    const std::string path = path_before_deletion(recorded).value_or(recorded);
    std::vector<File> files;
    const auto keep = [&](File file) {
        if (file) files.push_back(std::move(file));
    };
    if (build_id) keep(open_bundled_once(member_of_build(*build_id)));
    keep(open_bundled_once(member_of_path(recorded)));
    if (search_.silent.contains(recorded)) return files;
    if (const auto place = search_.places.find(recorded); place != search_.places.end()) keep(open("", place->second));
    if (is_bare_name(path)) {
        for (const std::string& folder : library_folders()) find_path(fmt::format("{}/{}", folder, path), files);
    } else if (!never_was_a_file(path)) {
        find_path(path, files);
    }
    return files;
}

void ModuleFileFinder::find_path(const std::string& path, std::vector<File>& files) {
    if (!search_.sysroot.empty()) {
        if (auto file = open(search_.sysroot, path)) files.push_back(std::move(file));
    }
    if (auto file = open("", path)) files.push_back(std::move(file));
}

// Where dynamic linkers look by default, and a Python keeps its library.
std::vector<std::string> ModuleFileFinder::library_folders() const {
    std::vector<std::string> folders{"/lib64",   "/usr/lib64",    "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
                                     "/usr/lib", "/usr/local/lib"};
    const auto slash = search_.executable.rfind('/');
    if (slash != std::string::npos) {
        const std::string folder = search_.executable.substr(0, slash);
        folders.insert(folders.begin(), {folder, folder + "/../lib"});
    }
    return folders;
}

Result<ModuleFileFinder::File> ModuleFileFinder::given_executable() {
    if (search_.executable.empty()) return File();
    return ElfFile::open(search_.executable);
}

ModuleFileFinder::File ModuleFileFinder::open(const std::string& root, const std::string& path) {
    const auto [place, is_new] = opened_.try_emplace(root + path);
    if (!is_new || opened_.size() > kMaxFiles) return place->second;
    auto file = root.empty() ? ElfFile::open(path) : ElfFile::open_in_root(root, path);
    if (file) place->second = *std::move(file);
    return place->second;
}

ModuleFileFinder::File ModuleFileFinder::open_bundled_once(const std::string& member) {
    if (!search_.bundle) return nullptr;
    const auto [place, is_new] = opened_.try_emplace(search_.bundle->name_of(member));
    if (is_new) place->second = open_bundled(search_.bundle, member);
    return place->second;
}

}  // namespace pycore
