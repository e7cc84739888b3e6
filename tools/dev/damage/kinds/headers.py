# SPDX-License-Identifier: Apache-2.0
"""Headers that say what cannot be. Damage to a program header counts as the loss of its segment."""
import struct

from damage.case import overwrite

ELF_FIELDS = {"e_type": (16, "H"), "e_machine": (18, "H"), "e_version": (20, "I"), "e_entry": (24, "Q"),
              "e_phoff": (32, "Q"), "e_shoff": (40, "Q"), "e_flags": (48, "I"), "e_ehsize": (52, "H"),
              "e_phentsize": (54, "H"), "e_phnum": (56, "H"), "e_shentsize": (58, "H"), "e_shnum": (60, "H"),
              "e_shstrndx": (62, "H")}
PROGRAM_FIELDS = {"p_type": (0, "I"), "p_flags": (4, "I"), "p_offset": (8, "Q"), "p_vaddr": (16, "Q"),
                  "p_filesz": (32, "Q"), "p_memsz": (40, "Q"), "p_align": (48, "Q")}
# Without these nobody can say what the file is.
IDENTITY = ("e_type", "e_machine")


def absurd(form, random):
    top = 1 << 8 * struct.calcsize(form)
    value = random.choice((0, 1, top - 1, top >> 1, (top >> 1) - 1, random.randrange(top), 1 << 30, 0xFFF))
    return struct.pack("<" + form, value % top)


def elf_header(base, ordinal, random):
    name = list(ELF_FIELDS)[ordinal % len(ELF_FIELDS)]
    at, form = ELF_FIELDS[name]
    case = overwrite(base.core, [(at, absurd(form, random))], "absurd " + name)
    if name in IDENTITY:
        case.damaged = [(0, len(case.data))]
    if name == "e_phnum" and case.data[56:58] != base.core.data[56:58]:
        case.damaged += segments_beyond(base, struct.unpack_from("<H", case.data, 56)[0])
    return case


def segments_beyond(base, count):
    return [(s.offset, s.file_size) for s in base.core.segments[count:]]


def program_header(base, ordinal, random):
    i = random.randrange(base.core.count)
    name = list(PROGRAM_FIELDS)[ordinal % len(PROGRAM_FIELDS)]
    at, form = PROGRAM_FIELDS[name]
    return spoil(base, i, at, absurd(form, random), "absurd %s in header %d" % (name, i))


def program_header_flip(base, _ordinal, random):
    i = random.randrange(base.core.count)
    at = random.randrange(base.core.header_of(i)[1])
    value = base.core.data[base.core.header_of(i)[0] + at] ^ 1 << random.randrange(8)
    return spoil(base, i, at, bytes([value]), "a bit of byte %d in header %d" % (at, i))


def spoil(base, i, at, content, label):
    case = overwrite(base.core, [(base.core.header_of(i)[0] + at, content)], label)
    segment = base.core.segments[i]
    case.damaged.append((segment.offset, segment.file_size))
    return case
