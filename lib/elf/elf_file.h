// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ElfFile is one ELF executable, shared object or debug file on disk, mapped. It knows files, not
// processes: every address in it is a link address. Opening reads the program headers at its front;
// sections and libelf wait until somebody asks. One thread at a time.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/file_bundle.h"
#include "base/mapped_file.h"
#include "elf/decompress_section.h"
#include "elf/elf_header.h"

struct Elf;

namespace pycore {

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
    // Regular ELF files of x86-64 only; anything else is an error that says which and why.
    static Result<std::shared_ptr<const ElfFile>> open(const std::string& path);
    // As open, below a root directory (MappedFile::open_in_root).
    static Result<std::shared_ptr<const ElfFile>> open_in_root(const std::string& root, const std::string& path);
    // `bytes` are the file's content, kept alive by `owner` (a member of an archive, an unpacked
    // .gnu_debugdata); `name` stands for the path. libelf may edit them (compressed sections).
    static Result<std::shared_ptr<const ElfFile>> from_bytes(std::string name, std::span<const std::byte> bytes,
                                                             std::shared_ptr<const void> owner);
    // The file anew, as it is on the disk: `bytes()` may have been edited. Of one made from bytes: nothing.
    Result<std::shared_ptr<const MappedFile>> reopen() const;
    ~ElfFile();
    ElfFile(const ElfFile&) = delete;
    ElfFile& operator=(const ElfFile&) = delete;

    const std::string& path() const { return path_; }
    std::span<const std::byte> bytes() const { return bytes_; }
    const std::shared_ptr<const void>& owner() const { return owner_; }  // of bytes()
    bool is_fixed_address() const { return type_ == kFixedAddress; }     // ET_EXEC: load bias is 0
    const std::vector<ElfSegment>& segments() const { return segments_; }
    const std::vector<ElfSection>& sections() const;  // none if the table is damaged or stripped off
    const ElfSection* find_section(std::string_view name) const;
    // The content of a section, decompressed (SHF_COMPRESSED); empty for SHT_NOBITS.
    Result<std::span<const std::byte>> section_bytes(const ElfSection& section) const;
    // Lower-case hex of the GNU build-id note.
    const std::optional<std::string>& build_id() const;
    // File bytes at a link address; empty where no PT_LOAD holds it. For reading .rodata and code.
    std::span<const std::byte> bytes_at(std::uint64_t link_address, std::size_t max_size) const;

    // For elfutils calls in elf/ and native/ only; nullptr if libelf finds the file damaged.
    Elf* handle() const;

private:
    static constexpr std::uint16_t kFixedAddress = 2;  // ET_EXEC
    static constexpr std::uint64_t kMaxSegments = 4096;
    static constexpr std::uint64_t kMaxSections = 1 << 17;  // -ffunction-sections objects have many

    ElfFile() = default;
    static Result<std::shared_ptr<const ElfFile>> from_mapped(const std::string& root,
                                                              std::shared_ptr<const MappedFile> mapped);
    Result<void> read_header();
    std::vector<ElfSection> read_sections() const;
    std::optional<std::string> read_build_id() const;
    Result<std::span<const std::byte>> decompressed(const ElfSection& section) const;

    std::string path_;
    std::optional<std::string> root_;  // that it was opened in; nullopt: made from bytes
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
    std::uint16_t type_ = 0;  // ET_*
    std::vector<ElfSegment> segments_;
    mutable std::optional<std::vector<ElfSection>> sections_;
    mutable std::optional<std::optional<std::string>> build_id_;
    mutable std::map<std::uint32_t, OwnedBytes> decompressed_;  // by section index
    mutable Elf* elf_ = nullptr;
};

// A member of a bundle; nullptr if there is none of this name, or it is no ELF file. `bundle` may be null.
std::shared_ptr<const ElfFile> open_bundled(const std::shared_ptr<const FileBundle>& bundle, const std::string& member);

}  // namespace pycore
