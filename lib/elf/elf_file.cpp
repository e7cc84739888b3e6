// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_file.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>

#include "elf/elf_notes.h"

namespace pycore {
namespace {

Error not_usable(const std::string& path, std::string_view why) {
    return {ErrorCode::Unsupported, path + ": " + std::string(why), {}};
}

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

}  // namespace

Result<std::shared_ptr<const ElfFile>> ElfFile::open(const std::string& path) {
    auto file = MappedFile::open(path, MappedFile::Protection::CopyOnWrite);
    if (!file) return std::move(file).error();
    const auto bytes = (*file)->bytes();
    return from_bytes(path, bytes, *std::move(file));
}

Result<std::shared_ptr<const ElfFile>> ElfFile::from_bytes(std::string name, std::span<const std::byte> bytes,
                                                           std::shared_ptr<const void> owner) {
    elf_version(EV_CURRENT);
    std::shared_ptr<ElfFile> file(new ElfFile);
    file->path_ = std::move(name);
    file->bytes_ = bytes;
    file->owner_ = std::move(owner);
    // libelf only reads from the image; its signature predates const.
    file->elf_ = elf_memory(const_cast<char*>(reinterpret_cast<const char*>(bytes.data())), bytes.size());
    if (file->elf_ == nullptr || elf_kind(file->elf_) != ELF_K_ELF) return not_usable(file->path_, "not an ELF file");
    if (auto loaded = file->load_tables(); !loaded) return std::move(loaded).error();
    return std::shared_ptr<const ElfFile>(std::move(file));
}

ElfFile::~ElfFile() {
    if (elf_ != nullptr) elf_end(elf_);
}

Result<void> ElfFile::load_tables() {
    GElf_Ehdr header;
    if (gelf_getehdr(elf_, &header) == nullptr) return not_usable(path_, "its ELF header is damaged");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
        return not_usable(path_, "not an x86-64 file");
    }
    fixed_address_ = header.e_type == ET_EXEC;
    std::size_t segment_count = 0;
    elf_getphdrnum(elf_, &segment_count);
    for (std::size_t i = 0; i < segment_count; ++i) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf_, static_cast<int>(i), &segment) == nullptr) break;
        segments_.push_back({segment.p_type, segment.p_flags, segment.p_offset, segment.p_vaddr, segment.p_filesz,
                             segment.p_memsz, segment.p_align});
        if (segment.p_type == PT_NOTE && !build_id_) {
            build_id_ = find_build_id(parse_notes(slice(bytes_, segment.p_offset, segment.p_filesz), segment.p_align));
        }
    }
    std::size_t names_index = 0;
    elf_getshdrstrndx(elf_, &names_index);
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
        GElf_Shdr entry;
        if (gelf_getshdr(section, &entry) == nullptr) continue;
        const char* name = elf_strptr(elf_, names_index, entry.sh_name);
        sections_.push_back({name ? name : "", entry.sh_type, entry.sh_flags, entry.sh_addr, entry.sh_offset,
                             entry.sh_size, entry.sh_link, static_cast<std::uint32_t>(elf_ndxscn(section))});
        // Debug files keep the note as a section only.
        if (entry.sh_type == SHT_NOTE && !build_id_) {
            build_id_ = find_build_id(parse_notes(slice(bytes_, entry.sh_offset, entry.sh_size), entry.sh_addralign));
        }
    }
    return {};
}

const ElfSection* ElfFile::find_section(std::string_view name) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [&](const ElfSection& section) { return section.name == name; });
    return found == sections_.end() ? nullptr : &*found;
}

Result<std::span<const std::byte>> ElfFile::section_bytes(const ElfSection& section) const {
    if (section.type == SHT_NOBITS) return std::span<const std::byte>{};
    Elf_Scn* handle = elf_getscn(elf_, section.index);
    if (handle == nullptr) return not_usable(path_, "no section " + section.name);
    if ((section.flags & SHF_COMPRESSED) != 0 && elf_compress(handle, 0, 0) < 0) {
        return not_usable(path_, "section " + section.name + " cannot be decompressed");
    }
    const Elf_Data* data = elf_rawdata(handle, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return not_usable(path_, "section " + section.name + " is cut");
    return std::span(static_cast<const std::byte*>(data->d_buf), data->d_size);
}

std::span<const std::byte> ElfFile::bytes_at(std::uint64_t link_address, std::size_t max_size) const {
    for (const ElfSegment& segment : segments_) {
        if (segment.type != PT_LOAD || link_address < segment.link_address) continue;
        const std::uint64_t skip = link_address - segment.link_address;
        if (skip >= segment.file_size) continue;
        return slice(bytes_, segment.offset + skip, std::min<std::uint64_t>(max_size, segment.file_size - skip));
    }
    return {};
}

}  // namespace pycore
