# SPDX-License-Identifier: Apache-2.0
"""Section names of an ELF64 file, enough to tell whether it is stripped.

    print(elf.section_names("/usr/bin/python3"))
"""
import struct

# Elf64_Ehdr from e_shoff on: e_shoff, e_flags, e_ehsize, e_phentsize, e_phnum, e_shentsize,
# e_shnum, e_shstrndx.
HEADER_FROM_SHOFF = struct.Struct("<QI6H")
SHOFF_AT = 40
SECTION = struct.Struct("<IIQQQQIIQQ")


def section_names(path):
    """Names of all sections, an empty set for a file without section headers."""
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return set()
        file.seek(SHOFF_AT)
        shoff, _, _, _, _, size, count, names_index = HEADER_FROM_SHOFF.unpack(
            file.read(HEADER_FROM_SHOFF.size))
        if not shoff or not count:
            return set()
        sections = [read_section(file, shoff + index * size) for index in range(count)]
        file.seek(sections[names_index][4])
        names = file.read(sections[names_index][5])
    return {names[s[0]:names.index(b"\0", s[0])].decode() for s in sections}


def read_section(file, offset):
    file.seek(offset)
    return SECTION.unpack(file.read(SECTION.size))
