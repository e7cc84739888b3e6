// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ElfFile is one ELF executable, shared object or debug file on disk, mapped. It knows files, not
// processes: every address in it is a link address. Only the tables are read when it is opened.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

struct Elf;

namespace pycore {

struct ElfSegment {
    std::uint32_t type = 0;   // PT_*
    std::uint32_t flags = 0;  // PF_*
    std::uint64_t offset = 0;
    std::uint64_t link_address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 0;
};

struct ElfSection {
    std::string name;
    std::uint32_t type = 0;   // SHT_*
    std::uint64_t flags = 0;  // SHF_*
    std::uint64_t link_address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t link = 0;  // index of the linked section
    std::uint32_t index = 0;
};

class ElfFile {
public:
    // Regular ELF files of x86-64 only; anything else is an error that says what it is.
    static Result<std::shared_ptr<const ElfFile>> open(const std::string& path);
    // `bytes` are the file's content, kept alive by `owner` (a member of an archive, an unpacked
    // .gnu_debugdata); `name` stands for the path.
    static Result<std::shared_ptr<const ElfFile>> from_bytes(std::string name, std::span<const std::byte> bytes,
                                                             std::shared_ptr<const void> owner);
    ~ElfFile();
    ElfFile(const ElfFile&) = delete;
    ElfFile& operator=(const ElfFile&) = delete;

    const std::string& path() const { return path_; }
    std::span<const std::byte> bytes() const { return bytes_; }
    bool is_fixed_address() const { return fixed_address_; }  // ET_EXEC: load bias is 0
    const std::vector<ElfSegment>& segments() const { return segments_; }
    const std::vector<ElfSection>& sections() const { return sections_; }
    const ElfSection* find_section(std::string_view name) const;
    // The content of a section, decompressed (SHF_COMPRESSED); empty for SHT_NOBITS.
    Result<std::span<const std::byte>> section_bytes(const ElfSection& section) const;
    // Lower-case hex of the GNU build-id note.
    const std::optional<std::string>& build_id() const { return build_id_; }
    // File bytes at a link address; empty where no PT_LOAD holds it. For reading .rodata and code.
    std::span<const std::byte> bytes_at(std::uint64_t link_address, std::size_t max_size) const;

    // For elfutils calls in elf/ and native/ only.
    Elf* handle() const { return elf_; }

private:
    ElfFile() = default;
    Result<void> load_tables();

    std::string path_;
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
    Elf* elf_ = nullptr;
    bool fixed_address_ = false;
    std::vector<ElfSegment> segments_;
    std::vector<ElfSection> sections_;
    std::optional<std::string> build_id_;
};

}  // namespace pycore
