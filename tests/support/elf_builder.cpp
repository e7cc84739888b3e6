// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/elf_builder.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace pycore::test {
namespace {

constexpr std::uint64_t kNote = 0x400;
constexpr std::uint64_t kNames = 0x500;
constexpr std::uint64_t kInterpreter = 0x600;
constexpr std::uint64_t kHeadersSize = 0x800;
constexpr char kInterpreterPath[] = "/lib64/ld-linux-x86-64.so.2";

class Image {
public:
    explicit Image(std::size_t size) : bytes_(size) {}

    template <typename T>
    void put(std::uint64_t offset, const T& value) {
        std::memcpy(bytes_.data() + offset, &value, sizeof(T));
    }
    void put_text(std::uint64_t offset, const std::string& text) {
        std::memcpy(bytes_.data() + offset, text.data(), text.size());
    }
    void fill(std::uint64_t offset, std::uint64_t size, std::uint8_t value) {
        std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, std::byte{value});
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

std::vector<Elf64_Phdr> program_headers(const ElfBuilder& elf) {
    const auto segment = [&](std::uint32_t type, std::uint32_t flags, std::uint64_t offset, std::uint64_t address,
                             std::uint64_t file_size, std::uint64_t memory_size, std::uint64_t alignment) {
        const std::uint64_t placed = elf.link_base + address;
        return Elf64_Phdr{type, flags, offset, placed, placed, file_size, memory_size, alignment};
    };
    std::vector<Elf64_Phdr> headers{
        segment(PT_LOAD, PF_R, 0, 0, kHeadersSize, kHeadersSize, 0x1000),
        segment(PT_LOAD, PF_R | PF_X, ElfBuilder::kText, ElfBuilder::kText, ElfBuilder::kTextSize,
                ElfBuilder::kTextSize, 0x1000),
        segment(PT_LOAD, PF_R | PF_W, ElfBuilder::kDataOffset, ElfBuilder::kData, ElfBuilder::kDataSize,
                ElfBuilder::kDataSize + 0x1000, 0x1000),
        segment(PT_DYNAMIC, PF_R | PF_W, ElfBuilder::kDataOffset, ElfBuilder::kData, 0x100, 0x100, 8)};
    const std::uint64_t note_size = 16 + elf.build_id.size();
    if (!elf.build_id.empty()) headers.push_back(segment(PT_NOTE, PF_R, kNote, kNote, note_size, note_size, 4));
    if (elf.program) {
        headers.push_back(segment(PT_INTERP, PF_R, kInterpreter, kInterpreter, sizeof(kInterpreterPath),
                                  sizeof(kInterpreterPath), 1));
    }
    return headers;
}

void put_dynamic(const ElfBuilder& elf, Image& image) {
    std::vector<Elf64_Dyn> entries;
    const auto add = [&](std::int64_t tag, std::uint64_t value) { entries.push_back({tag, {value}}); };
    if (elf.program) add(DT_DEBUG, elf.r_debug);
    add(DT_STRTAB, elf.link_base + kNames);
    add(DT_STRSZ, 0x100);
    if (!elf.program) add(DT_SONAME, 1);
    add(DT_NULL, 0);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        image.put(ElfBuilder::kDataOffset + i * sizeof(Elf64_Dyn), entries[i]);
    }
}

}  // namespace

std::vector<std::byte> ElfBuilder::build() const {
    Image image(kDataOffset + kDataSize);
    const auto headers = program_headers(*this);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = fixed_address ? ET_EXEC : ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_entry = link_base + kText;
    header.e_phoff = sizeof(header);
    header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<std::uint16_t>(headers.size());
    image.put(0, header);
    for (std::size_t i = 0; i < headers.size(); ++i) image.put(sizeof(header) + i * sizeof(Elf64_Phdr), headers[i]);
    image.put(kNote, Elf64_Nhdr{4, static_cast<std::uint32_t>(build_id.size()), NT_GNU_BUILD_ID});
    image.put_text(kNote + 12, std::string("GNU\0", 4) + build_id);
    image.put_text(kNames + 1, name);
    image.put_text(kInterpreter, kInterpreterPath);
    image.fill(kText, kTextSize, code);
    image.fill(kDataOffset, kDataSize, 0xdd);
    put_dynamic(*this, image);
    return image.take();
}

std::string hex(const std::string& raw) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace pycore::test
