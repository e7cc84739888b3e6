# SPDX-License-Identifier: Apache-2.0
"""A core file as bytes with names: headers, notes, segments, and reads by address. Nothing of it is pycore's,
so that what pycore tells can be held against it."""
import collections
import struct

PT_LOAD, PT_NOTE = 1, 4
NT_PRSTATUS, NT_AUXV, NT_FILE = 1, 6, 0x46494C45
EHDR_SIZE, PHDR_SIZE, PAGE = 64, 56, 4096
STACK_POINTER_OFFSET, THREAD_POINTER_OFFSET, TID_OFFSET = 264, 280, 32  # in struct elf_prstatus, x86-64

Segment = collections.namedtuple("Segment", "type flags offset address physical file_size memory_size align")
Note = collections.namedtuple("Note", "offset name type content size end")


class Absent(Exception):
    """Bytes that this core does not hold."""


class CoreFile:
    def __init__(self, data):
        self.data = data
        self.table, = struct.unpack_from("<Q", data, 32)
        self.count, = struct.unpack_from("<H", data, 56)
        self.segments = [self._segment(i) for i in range(self.count)]
        self.loads = [s for s in self.segments if s.type == PT_LOAD and s.file_size]
        self.notes = [note for s in self.segments if s.type == PT_NOTE for note in self._notes(s)]

    def _segment(self, i):
        kind, flags, *rest = struct.unpack_from("<IIQQQQQQ", self.data, self.table + PHDR_SIZE * i)
        return Segment(kind, flags, *rest)

    def _notes(self, segment):
        at, end = segment.offset, segment.offset + segment.file_size
        while at + 12 <= end:
            name_size, size, kind = struct.unpack_from("<III", self.data, at)
            content = at + 12 + (name_size + 3) // 4 * 4
            following = content + (size + 3) // 4 * 4
            yield Note(at, bytes(self.data[at + 12:at + 12 + max(name_size - 1, 0)]), kind, content, size, following)
            at = following

    def header_of(self, i):
        """The file range of program header `i`."""
        return self.table + PHDR_SIZE * i, PHDR_SIZE

    def offset_of(self, address, size=1):
        for segment in self.loads:
            if segment.address <= address and address + size <= segment.address + segment.file_size:
                return segment.offset + address - segment.address
        raise Absent("0x%x (%d bytes)" % (address, size))

    def read(self, address, size):
        offset = self.offset_of(address, size)
        return bytes(self.data[offset:offset + size])

    def word(self, address):
        return struct.unpack("<Q", self.read(address, 8))[0]

    def number(self, address, form):
        return struct.unpack("<" + form, self.read(address, struct.calcsize(form)))[0]

    def notes_of(self, kind):
        return [note for note in self.notes if note.type == kind and note.name == b"CORE"]

    def thread_notes(self):
        """(tid, stack pointer, thread pointer, note) of each thread."""
        for note in self.notes_of(NT_PRSTATUS):
            tid, = struct.unpack_from("<i", self.data, note.content + TID_OFFSET)
            stack, = struct.unpack_from("<Q", self.data, note.content + STACK_POINTER_OFFSET)
            pointer, = struct.unpack_from("<Q", self.data, note.content + THREAD_POINTER_OFFSET)
            yield tid, stack, pointer, note

    def auxiliary(self, key):
        for note in self.notes_of(NT_AUXV):
            for at in range(note.content, note.content + note.size - 15, 16):
                kind, value = struct.unpack_from("<QQ", self.data, at)
                if kind == key:
                    return value
        return None

    def content(self, segment):
        return self.data[segment.offset:segment.offset + segment.file_size]


def make_note(name, kind, content):
    name += b"\0"
    pad = b"\0" * (-len(name) % 4)
    return struct.pack("<III", len(name), len(content), kind) + name + pad + content + b"\0" * (-len(content) % 4)


def write_core(core, notes, loads):
    """A sound core as the kernel writes it: header, table, notes, memory. `notes` are bytes, `loads` pairs of a
    Segment, whose offset is ignored, and its bytes."""
    offset = EHDR_SIZE + PHDR_SIZE * (len(loads) + 1)
    table = [struct.pack("<IIQQQQQQ", PT_NOTE, 0, offset, 0, 0, len(notes), 0, 4)]
    first = offset = (offset + len(notes) + PAGE - 1) // PAGE * PAGE
    for segment, content in loads:
        table.append(struct.pack("<IIQQQQQQ", PT_LOAD, segment.flags, offset, segment.address, 0, len(content),
                                 segment.memory_size, PAGE))
        offset += len(content)
    header = bytearray(core.data[:EHDR_SIZE])
    struct.pack_into("<Q", header, 32, EHDR_SIZE)
    struct.pack_into("<Q", header, 40, 0)
    struct.pack_into("<H", header, 56, len(table))
    out = bytearray(header) + b"".join(table) + notes
    out += b"\0" * (first - len(out))
    for _, content in loads:
        out += content
    return out


def raw_notes(core):
    return [(note, bytes(core.data[note.offset:note.end])) for note in core.notes]


def all_loads(core):
    return [(s, core.content(s)) for s in core.segments if s.type == PT_LOAD]
