# SPDX-License-Identifier: Apache-2.0
"""Names that an attacker would choose: control characters, terminal commands, impossible lengths and kinds."""
import struct

from damage.case import Case, Impossible, overwrite
from damage.core_file import Segment, all_loads, raw_notes, write_core

CHARACTERS = (b"\x1b]0;gone\x07", b"\x1b[2J\x1b[1;1H", b"\x9b31m", b"\r\n\r\n", b"\x00\x00", b"\x7f\x08\x08",
              b"\xff\xfe", b"%s%n%x", b"../../", b"\"</script>", b"\\u202e", b"\xe2\x80\xae")
LENGTHS = (1 << 30, 1 << 20, (1 << 20) + 1, 1 << 62, 2 ** 64 - 1, 1 << 63, 0)
FAR_AWAY = 0x10000000000  # nothing else is mapped here


def hostile(base, ordinal, random):
    makers = (characters, length, state, characters, long_name, wide_name)
    return makers[ordinal % len(makers)](base, random)


def choose(base, random):
    _, frame = random.choice(base.frames)
    code = base.witness.codes[frame.code]
    key = random.choice(sorted(code.texts))
    return code, key, code.texts[key]


def characters(base, random):
    _, key, places = choose(base, random)
    at, size = base.file_ranges([places[3]])[0]
    if not size:
        raise Impossible("an empty name")
    content = (random.choice(CHARACTERS) * 40)[:size]
    return overwrite(base.core, [(at, content)], "%s is %r" % (key, content[:20]))


def length(base, random):
    _, key, places = choose(base, random)
    value = random.choice(LENGTHS)
    return overwrite(base.core, [(base.file_ranges([places[1]])[0][0], struct.pack("<Q", value))],
                     "%s is %d characters long" % (key, value))


def state(base, random):
    _, key, places = choose(base, random)
    value = random.choice((0, 0xFFFFFFFF, 3 << 2, 4 << 2 | 1 << 5, 2 << 2 | 1 << 5, random.randrange(1 << 32)))
    return overwrite(base.core, [(base.file_ranges([places[2]])[0][0], struct.pack("<I", value))],
                     "the state of %s is 0x%x" % (key, value))


def long_name(base, random):
    """A megabyte of terminal commands."""
    return with_new_text(base, random, b"\x1b[31m\x07" * ((1 << 20) // 6), kind=1, is_ascii=1)


def wide_name(base, random):
    """Characters beyond Unicode, lone surrogates, directions."""
    characters = [random.choice((0xD800, 0xDFFF, 0x202E, 0x2066, 0x10FFFF, 0x110000, 0x85, 0x9B)) for _ in range(64)]
    return with_new_text(base, random, struct.pack("<64I", *characters), kind=4, is_ascii=0)


def with_new_text(base, random, content, kind, is_ascii):
    """A core written anew, with a str in memory of its own that a code object refers to."""
    code, key, places = choose(base, random)
    layout = base.witness.layout
    header_size = layout["unicode_object.asciiobject_size"]
    if not is_ascii:
        header_size = layout.get("unicode_object.compactunicodeobject_size", header_size + 16)
    header = bytearray(base.core.read(places[0][0] - layout["pyobject.ob_type"], header_size))
    struct.pack_into("<Q", header, layout["unicode_object.length"], len(content) // kind)
    struct.pack_into("<I", header, layout["unicode_object.state"], kind << 2 | 1 << 5 | is_ascii << 6)
    block = bytes(header) + content + b"\0" * kind
    block += b"\0" * (-len(block) % 4096)
    field = {"function": "code_object.name", "file": "code_object.filename", "qualname": "code_object.qualname"}[key]
    at = base.core.offset_of(code.address + layout[field], 8)
    data = bytearray(base.core.data)
    struct.pack_into("<Q", data, at, FAR_AWAY)
    return Case("%s is a new str of %d characters" % (key, len(content) // kind), rewrite_with(base, data, block),
                [(at, 8)])


def rewrite_with(base, data, block):
    """`data` is the core's file with changed memory; the block goes to FAR_AWAY."""
    loads = [(s, data[s.offset:s.offset + s.file_size]) for s, _ in all_loads(base.core)]
    added = (Segment(1, 6, 0, FAR_AWAY, 0, len(block), len(block), 4096), block)
    loads = sorted(loads + [added], key=lambda load: load[0].address)
    return write_core(base.core, b"".join(content for _, content in raw_notes(base.core)), loads)
