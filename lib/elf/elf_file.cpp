// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_file.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <utility>

#include "base/byte_reader.h"
#include "elf/decompress_section.h"
#include "elf/elf_notes.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxNoteSegment = 1 << 16;  // bytes; build-ids stand in small ones

Error damaged(const std::string& path, const std::string& why) { return {ErrorCode::Corrupt, path + ": " + why, {}}; }

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

std::string name_at(std::span<const std::byte> names, std::uint64_t offset) {
    constexpr std::size_t kMaxName = 256;
    ByteReader reader(slice(names, offset, kMaxName));
    return std::string(reader.read_c_string().value_or(""));
}

}  // namespace

Result<std::shared_ptr<const ElfFile>> ElfFile::open(const std::string& path) {
    auto file = MappedFile::open(path, MappedFile::Use::PrivateCopy);
    if (!file) return std::move(file).error().with_context(path);
    return from_mapped("", *std::move(file));
}

Result<std::shared_ptr<const ElfFile>> ElfFile::open_in_root(const std::string& root, const std::string& path) {
    auto file = MappedFile::open_in_root(root, path, MappedFile::Use::PrivateCopy);
    if (!file) return std::move(file).error().with_context(root + path);
    return from_mapped(root, *std::move(file));
}

Result<std::shared_ptr<const ElfFile>> ElfFile::from_mapped(const std::string& root,
                                                            std::shared_ptr<const MappedFile> mapped) {
    auto file = from_bytes(mapped->path(), mapped->bytes(), mapped);
    if (file) std::const_pointer_cast<ElfFile>(*file)->root_ = root;
    return file;
}

Result<std::shared_ptr<const MappedFile>> ElfFile::reopen() const {
    if (!root_) return Error{ErrorCode::NotFound, path_ + " is no file of its own", {}};
    return root_->empty() ? MappedFile::open(path_) : MappedFile::open_in_root(*root_, path_.substr(root_->size()));
}

Result<std::shared_ptr<const ElfFile>> ElfFile::from_bytes(std::string name, std::span<const std::byte> bytes,
                                                           std::shared_ptr<const void> owner) {
    std::shared_ptr<ElfFile> file(new ElfFile);
    file->path_ = std::move(name);
    file->bytes_ = bytes;
    file->owner_ = std::move(owner);
    if (auto read = file->read_header(); !read) return std::move(read).error().with_context(file->path_);
    return std::shared_ptr<const ElfFile>(std::move(file));
}

ElfFile::~ElfFile() {
    if (elf_ != nullptr) elf_end(elf_);
}

Result<void> ElfFile::read_header() {
    const auto header = parse_elf_header(bytes_);
    if (!header) return header.error();
    type_ = header->type;
    std::uint64_t count = header->segment_count;
    if (count == PN_XNUM) {
        const auto section = read_at<Elf64_Shdr>(bytes_, header->sections_offset);
        if (section) count = section->sh_info;
    }
    if (header->segment_size == sizeof(Elf64_Phdr)) {
        segments_ = parse_segments(bytes_, header->segments_offset, std::min(count, kMaxSegments));
    }
    return {};
}

const std::vector<ElfSection>& ElfFile::sections() const {
    if (!sections_) sections_ = read_sections();
    return *sections_;
}

std::vector<ElfSection> ElfFile::read_sections() const {
    std::vector<ElfSection> sections;
    const auto header = parse_elf_header(bytes_);
    if (!header || header->sections_offset == 0) return sections;
    const auto entry_at = [&](std::uint64_t index) {
        return read_at<Elf64_Shdr>(bytes_, header->sections_offset + index * sizeof(Elf64_Shdr));
    };
    const auto first = entry_at(0);
    if (!first) return sections;
    const std::uint64_t count = header->section_count != 0 ? header->section_count : first->sh_size;
    const std::uint64_t names_index = header->section_names != SHN_XINDEX ? header->section_names : first->sh_link;
    std::span<const std::byte> names;
    if (const auto entry = entry_at(names_index); entry && names_index < count) {
        names = slice(bytes_, entry->sh_offset, entry->sh_size);
    }
    for (std::uint64_t i = 1; i < std::min(count, kMaxSections); ++i) {
        const auto entry = entry_at(i);
        if (!entry) break;
        sections.push_back({name_at(names, entry->sh_name), entry->sh_type, entry->sh_flags, entry->sh_addr,
                            entry->sh_offset, entry->sh_size, entry->sh_link, static_cast<std::uint32_t>(i)});
    }
    return sections;
}

const std::optional<std::string>& ElfFile::build_id() const {
    if (!build_id_) build_id_ = read_build_id();
    return *build_id_;
}

std::optional<std::string> ElfFile::read_build_id() const {
    for (const ElfSegment& segment : segments_) {
        if (segment.type != PT_NOTE) continue;
        const auto size = std::min(segment.file_size, kMaxNoteSegment);
        const auto notes = parse_notes(slice(bytes_, segment.offset, size), segment.alignment);
        if (auto id = find_build_id(notes)) return id;
    }
    // Debug files keep the note as a section only.
    for (const ElfSection& section : sections()) {
        if (section.type != SHT_NOTE) continue;
        if (auto id =
                find_build_id(parse_notes(slice(bytes_, section.offset, std::min(section.size, kMaxNoteSegment)))))
            return id;
    }
    return std::nullopt;
}

const ElfSection* ElfFile::find_section(std::string_view name) const {
    const auto& all = sections();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const ElfSection& section) { return section.name == name; });
    return found == all.end() ? nullptr : &*found;
}

Elf* ElfFile::handle() const {
    if (elf_ != nullptr) return elf_;
    elf_version(EV_CURRENT);
    // libelf's signature predates const; what it edits of our own files are private copies.
    elf_ = elf_memory(const_cast<char*>(reinterpret_cast<const char*>(bytes_.data())), bytes_.size());
    return elf_;
}

Result<std::span<const std::byte>> ElfFile::section_bytes(const ElfSection& section) const {
    if (section.type == SHT_NOBITS) return std::span<const std::byte>{};
    if ((section.flags & SHF_COMPRESSED) != 0) return decompressed(section);
    const auto bytes = slice(bytes_, section.offset, section.size);
    if (bytes.size() != section.size) return damaged(path_, "section " + section.name + " is cut");
    return bytes;
}

Result<std::span<const std::byte>> ElfFile::decompressed(const ElfSection& section) const {
    const auto known = decompressed_.find(section.index);
    if (known != decompressed_.end()) return std::as_const(known->second).bytes();
    auto content = decompress_section(slice(bytes_, section.offset, section.size));
    if (!content) return std::move(content).error().with_context(path_ + ": " + section.name);
    return std::as_const(decompressed_.emplace(section.index, *std::move(content)).first->second).bytes();
}

std::span<const std::byte> ElfFile::bytes_at(std::uint64_t link_address, std::size_t max_size) const {
    for (const ElfSegment& segment : segments_) {
        if (segment.type != PT_LOAD || link_address < segment.link_address) continue;
        const std::uint64_t skip = link_address - segment.link_address;
        if (skip >= segment.file_size || segment.offset > UINT64_MAX - skip) continue;
        return slice(bytes_, segment.offset + skip, std::min<std::uint64_t>(max_size, segment.file_size - skip));
    }
    return {};
}

std::shared_ptr<const ElfFile> open_bundled(const std::shared_ptr<const FileBundle>& bundle,
                                            const std::string& member) {
    const auto bytes = bundle ? bundle->find(member) : std::nullopt;
    if (!bytes) return nullptr;
    auto file = ElfFile::from_bytes(bundle->name_of(member), *bytes, bundle->archive());
    return file ? *std::move(file) : nullptr;
}

}  // namespace pycore
