# SPDX-License-Identifier: Apache-2.0
"""Cores that name whatever one likes: files to map in NT_FILE, libraries in ld.so's list.

    core = hostile_core.build(["/dev/zero", "/tmp/fifo"], libraries=["/dev/tty"], files={"/lib/x.so": content})
"""
import struct

PAGE = 4096
PROGRAM, HEAP, STACK = 0x555500000000, 0x7E0000000000, 0x7FFD00000000
FIRST_LIBRARY, LIBRARY_DISTANCE = 0x7F0000000000, 0x1000000
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
ET_DYN, ET_CORE = 3, 4
NT_PRSTATUS, NT_PRPSINFO, NT_AUXV, NT_FILE = 1, 3, 6, 0x46494C45
AT_PHDR, AT_PHNUM, AT_BASE = 3, 5, 7
DT_DEBUG = 21
DYNAMIC = 0x800  # in the program's page


def build(mapped, libraries=(), files=None, title=b"python3 x.py", name=b"python3", pc_offset=0x2F0):
    """`mapped`: paths of NT_FILE, each with an ELF image. `files`: path -> content whose front is mapped
    instead. A thread stands in each of them, `pc_offset` behind its begin."""
    files = files or {}
    segments = [(PROGRAM, program_image()), (HEAP, link_maps(libraries)), (STACK, bytes(PAGE))]
    mappings = [(PROGRAM, PROGRAM + PAGE, 0, b"/hostile/program")]
    bases = []
    for number, path in enumerate(list(mapped) + list(files)):
        base = FIRST_LIBRARY + number * LIBRARY_DISTANCE
        content = files.get(path) or library_image(b"../../../../dev/zero")
        segments.append((base, content[:PAGE].ljust(PAGE, b"\0")))
        for begin, end, offset in loaded_pages(content):
            mappings.append((base + begin, base + end, offset, path if isinstance(path, bytes) else path.encode()))
        bases.append(base)
    notes = [prstatus(tid, base + pc_offset) for tid, base in enumerate([PROGRAM, *bases], 1)]
    notes[1:1] = [note(NT_PRPSINFO, prpsinfo(name, title)), note(NT_AUXV, auxiliary()), note(NT_FILE, file_note(mappings))]
    return assemble(b"".join(notes), segments)


def elf_header(kind, segments):
    ident = b"\x7fELF\2\1\1" + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, 0, 64, 0, 0, 64, 56, segments, 64, 0, 0)


def segment(kind, flags, offset, address, size, alignment=PAGE):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, alignment)


def program_image():
    interpreter = b"/lib64/ld-linux-x86-64.so.2\0"
    image = elf_header(ET_DYN, 3) + segment(PT_LOAD, 7, 0, 0, PAGE) + segment(PT_DYNAMIC, 6, DYNAMIC, DYNAMIC, 32, 8)
    image += segment(PT_INTERP, 4, 0x600, 0x600, len(interpreter), 1)
    image = image.ljust(0x600, b"\0") + interpreter
    return image.ljust(DYNAMIC, b"\0") + struct.pack("<QQQQ", DT_DEBUG, HEAP, 0, 0) + bytes(PAGE - DYNAMIC - 32)


def library_image(build_id):
    content = struct.pack("<III4s", 4, len(build_id), 3, b"GNU\0") + build_id
    image = elf_header(ET_DYN, 2) + segment(PT_LOAD, 5, 0, 0, PAGE) + segment(PT_NOTE, 4, 0x200, 0x200, len(content), 4)
    return image.ljust(0x200, b"\0") + content


def link_maps(names):
    """r_debug, then a link map of 0x100 bytes with its name for each library."""
    heap = struct.pack("<QQ", 1, HEAP + 0x100).ljust(0x100, b"\0")
    for number, name in enumerate([b"", *(each.encode() for each in names)]):
        at = HEAP + len(heap)
        bias = PROGRAM if number == 0 else 0x7D0000000000 + number * LIBRARY_DISTANCE
        following = at + 0x100 if number < len(names) else 0
        entry = struct.pack("<QQQQQ", bias, at + 40, bias + DYNAMIC, following, 0) + name
        assert len(entry) < 0x100
        heap += entry.ljust(0x100, b"\0")
    return heap.ljust(PAGE, b"\0")


def note(kind, content):
    padded = content + bytes(-len(content) % 4)
    return struct.pack("<III8s", 5, len(content), kind, b"CORE") + padded


def prstatus(tid, pc):
    registers = [0] * 27
    registers[16], registers[19] = pc, STACK + 0x100
    return note(NT_PRSTATUS, (bytes(32) + struct.pack("<i", tid)).ljust(112, b"\0") + struct.pack("<27Q", *registers)
                + bytes(8))


def prpsinfo(name, title):
    return (bytes(16) + struct.pack("<IIii", 0, 0, 1, 1)).ljust(40, b"\0") + name.ljust(16, b"\0")[:16] + \
        title.ljust(80, b"\0")[:80]


def auxiliary():
    pairs = [AT_PHDR, PROGRAM + 64, AT_PHNUM, 3, AT_BASE, FIRST_LIBRARY, 0, 0]
    return struct.pack("<%dQ" % len(pairs), *pairs)


def file_note(mappings):
    table = struct.pack("<QQ", len(mappings), PAGE)
    for begin, end, offset, _ in mappings:
        table += struct.pack("<QQQ", begin, end, offset)
    return table + b"".join(path + b"\0" for *_, path in mappings)


def loaded_pages(elf):
    """(begin, end, page of the file) of each PT_LOAD."""
    for number in range(struct.unpack_from("<H", elf, 56)[0]):
        kind, _, offset, address, _, size, _, _ = struct.unpack_from("<IIQQQQQQ", elf, 64 + number * 56)
        if kind == PT_LOAD:
            yield address // PAGE * PAGE, (address + size + PAGE - 1) // PAGE * PAGE, offset // PAGE


def assemble(notes, segments):
    segments = sorted(segments)
    count = len(segments) + 1
    begin = 64 + count * 56
    table = segment(PT_NOTE, 0, begin, 0, len(notes), 4)
    offset = (begin + len(notes) + PAGE - 1) // PAGE * PAGE
    memory = b""
    for address, content in segments:
        table += segment(PT_LOAD, 7, offset + len(memory), address, len(content))
        memory += content
    return (elf_header(ET_CORE, count) + table + notes).ljust(offset, b"\0") + memory
