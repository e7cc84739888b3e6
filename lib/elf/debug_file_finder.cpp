// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/debug_file_finder.h"

#include <elf.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/byte_reader.h"
#include "elf/debuginfod.h"

namespace pycore {
namespace {

constexpr const char* kSystemDebugDirectory = "/usr/lib/debug";

// .gnu_debuglink: file name NUL, padding to 4, u32 CRC-32 of the whole debug file.
struct DebugLink {
    std::string name;
    std::uint32_t crc = 0;
};

// .gnu_debugaltlink: path NUL, build-id.
struct AlternateLink {
    std::string path;
    std::string build_id;
};

std::span<const std::byte> section_bytes(const ElfFile& file, std::string_view name) {
    const ElfSection* section = file.find_section(name);
    if (section == nullptr) return {};
    auto bytes = file.section_bytes(*section);
    return bytes ? *bytes : std::span<const std::byte>{};
}

std::optional<DebugLink> debug_link_of(const ElfFile& file) {
    ByteReader reader(section_bytes(file, ".gnu_debuglink"));
    const auto name = reader.read_c_string();
    if (!name || name->empty() || name->find('/') != std::string_view::npos || *name == "..") return std::nullopt;
    if (!reader.read_bytes((4 - reader.offset() % 4) % 4)) return std::nullopt;
    const auto crc = reader.read<std::uint32_t>();
    if (!crc) return std::nullopt;
    return DebugLink{std::string(*name), *crc};
}

std::optional<AlternateLink> alternate_link_of(const ElfFile& file) {
    ByteReader reader(section_bytes(file, ".gnu_debugaltlink"));
    const auto path = reader.read_c_string();
    if (!path || path->empty() || reader.remaining() < 2) return std::nullopt;
    AlternateLink link{std::string(*path), {}};
    while (const auto byte = reader.read<std::uint8_t>()) link.build_id += fmt::format("{:02x}", *byte);
    return link;
}

std::uint32_t crc_of(const ElfFile& file) {
    const auto bytes = file.bytes();
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? "." : std::string(path.substr(0, slash));
}

std::shared_ptr<const ElfFile> if_build(std::shared_ptr<const ElfFile> file, const std::string& build_id) {
    return file != nullptr && file->build_id() == build_id ? std::move(file) : nullptr;
}

}  // namespace

bool has_debug_info(const ElfFile& file) {
    const ElfSection* section = file.find_section(".debug_info");
    return section != nullptr && section->type != SHT_NOBITS && section->size > 0;
}

DebugFileFinder::DebugFileFinder(DebugFileSearch search) : search_(std::move(search)) {
    for (const std::string& directory : search_.debug_dirs) roots_.push_back({"", directory});
    if (!search_.sysroot.empty()) roots_.push_back({search_.sysroot, kSystemDebugDirectory});
    roots_.push_back({"", kSystemDebugDirectory});
}

std::shared_ptr<const ElfFile> DebugFileFinder::open(const Root& root, const std::string& path) {
    const std::string below = root.directory + path;
    auto file = root.sysroot.empty() ? ElfFile::open(below) : ElfFile::open_in_root(root.sysroot, below);
    return file ? *std::move(file) : nullptr;
}

std::shared_ptr<const ElfFile> DebugFileFinder::find(const ElfFile& file) const {
    if (file.build_id()) {
        if (auto found = find_by_build_id(*file.build_id())) return found;
    }
    if (auto found = find_by_link(file)) return found;
    if (search_.use_debuginfod && file.build_id()) {
        if (const auto path = fetch_debug_file(*file.build_id())) return if_build(open({}, *path), *file.build_id());
    }
    return nullptr;
}

std::shared_ptr<const ElfFile> DebugFileFinder::find_by_build_id(const std::string& build_id) const {
    if (build_id.size() < 3) return nullptr;
    if (auto file = find_in_bundle(build_id)) return file;
    const auto path = fmt::format("/.build-id/{}/{}.debug", build_id.substr(0, 2), build_id.substr(2));
    for (const Root& root : roots_) {
        if (auto file = if_build(open(root, path), build_id)) return file;
    }
    return nullptr;
}

std::shared_ptr<const ElfFile> DebugFileFinder::find_in_bundle(const std::string& build_id) const {
    return if_build(open_bundled(search_.bundle, member_of_debug_file(build_id)), build_id);
}

std::shared_ptr<const ElfFile> DebugFileFinder::find_by_link(const ElfFile& file) const {
    const auto link = debug_link_of(file);
    if (!link) return nullptr;
    const std::string own_directory = directory_of(file.path());
    std::vector<std::pair<Root, std::string>> places{{{}, own_directory}, {{}, own_directory + "/.debug"}};
    for (const Root& root : roots_) places.emplace_back(root, directory_of(without_sysroot(file.path())));
    for (const auto& [root, directory] : places) {
        const std::string path = directory + "/" + link->name;
        if (path == file.path()) continue;
        auto found = open(root, path);
        if (!found || found->build_id() != file.build_id()) continue;
        // The build-id says enough; without one the checksum has to.
        if (file.build_id() || crc_of(*found) == link->crc) return found;
    }
    return nullptr;
}

std::shared_ptr<const ElfFile> DebugFileFinder::find_alternate(const ElfFile& debug_file) const {
    const auto link = alternate_link_of(debug_file);
    if (!link) return nullptr;
    if (auto found = find_by_build_id(link->build_id)) return found;
    if (link->path.front() != '/') {
        return if_build(open({}, directory_of(debug_file.path()) + "/" + link->path), link->build_id);
    }
    if (auto found = if_build(open({search_.sysroot, ""}, link->path), link->build_id)) return found;
    return if_build(open({}, link->path), link->build_id);
}

std::string DebugFileFinder::without_sysroot(std::string_view path) const {
    if (!search_.sysroot.empty() && path.starts_with(search_.sysroot)) path.remove_prefix(search_.sysroot.size());
    return (path.starts_with('/') ? "" : "/") + std::string(path);
}

}  // namespace pycore
