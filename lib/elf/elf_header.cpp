// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_header.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/byte_reader.h"

namespace pycore {
namespace {

struct MachineName {
    std::uint16_t machine;
    std::string_view name;
};

constexpr MachineName kMachineNames[] = {
    {EM_386, "i386"},      {EM_MIPS, "mips"},       {EM_PPC, "powerpc"}, {EM_PPC64, "powerpc64"},
    {EM_S390, "s390"},     {EM_ARM, "arm"},         {EM_IA_64, "ia64"},  {EM_SPARCV9, "sparc64"},
    {EM_X86_64, "x86-64"}, {EM_AARCH64, "aarch64"}, {EM_RISCV, "riscv"}, {258, "loongarch"},
};

// The machine, the class and the byte order decide how all the rest is read, and have the same place
// in every ELF file.
Result<void> check_machine(std::span<const std::byte> bytes) {
    const auto byte = [&](std::size_t offset) { return std::to_integer<unsigned>(bytes[offset]); };
    const bool big_endian = byte(EI_DATA) == ELFDATA2MSB;
    const unsigned low = byte(offsetof(Elf64_Ehdr, e_machine) + (big_endian ? 1 : 0));
    const unsigned high = byte(offsetof(Elf64_Ehdr, e_machine) + (big_endian ? 0 : 1));
    const auto machine = static_cast<std::uint16_t>(high << 8 | low);
    const bool wide = byte(EI_CLASS) == ELFCLASS64;
    if (machine == EM_X86_64 && wide && byte(EI_DATA) == ELFDATA2LSB) return {};
    return Error{ErrorCode::Unsupported,
                 fmt::format("for {} ({} bits{}), not x86-64 of 64 bits", machine_name(machine), wide ? 64 : 32,
                             big_endian ? ", big-endian" : ""),
                 {}};
}

ElfSegment segment_of(const Elf64_Phdr& header) {
    return {header.p_type,   header.p_flags, header.p_offset, header.p_vaddr,
            header.p_filesz, header.p_memsz, header.p_align};
}

}  // namespace

bool has_elf_magic(std::span<const std::byte> bytes) {
    return bytes.size() >= SELFMAG && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
}

Result<ElfHeader> parse_elf_header(std::span<const std::byte> bytes) {
    if (!has_elf_magic(bytes)) return Error{ErrorCode::Unsupported, "not an ELF file", {}};
    if (bytes.size() >= offsetof(Elf64_Ehdr, e_version)) {
        if (auto checked = check_machine(bytes); !checked) return std::move(checked).error();
    }
    const auto header = read_at<Elf64_Ehdr>(bytes, 0);
    if (!header) {
        return Error{ErrorCode::Corrupt,
                     fmt::format("{} of the {} bytes of an ELF header are there", bytes.size(), sizeof(Elf64_Ehdr)),
                     {}};
    }
    return ElfHeader{header->e_type,  header->e_machine, header->e_entry, header->e_phoff,   header->e_phentsize,
                     header->e_phnum, header->e_shoff,   header->e_shnum, header->e_shstrndx};
}

std::vector<ElfSegment> parse_segments(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t count) {
    std::vector<ElfSegment> segments;
    ByteReader reader(bytes);
    if (!reader.seek(offset)) return segments;
    count = std::min<std::uint64_t>(count, reader.remaining() / sizeof(Elf64_Phdr));
    segments.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) segments.push_back(segment_of(*reader.read<Elf64_Phdr>()));
    return segments;
}

std::string machine_name(std::uint16_t machine) {
    for (const auto& [number, name] : kMachineNames) {
        if (number == machine) return std::string(name);
    }
    return fmt::format("machine {}", machine);
}

}  // namespace pycore
