# SPDX-License-Identifier: Apache-2.0
"""Flipped bits and spoiled words, aimed at the structures that a report is read from."""
import struct

from damage.case import Impossible, overwrite
from damage.core_file import PAGE


def flip(base, places, random, what):
    """One bit, byte or word of `places`, all (address, size)."""
    ranges = [part for part in base.file_ranges(places) if part[1]]
    if not ranges:
        raise Impossible(what + " are not in this core")
    begin, size = random.choice(ranges)
    return flip_in_file(base, begin, size, random, what)


def flip_in_file(base, begin, size, random, what):
    at = begin + random.randrange(size)
    how = random.choice(("bit", "bit", "bit", "byte", "word"))
    if how == "word" and size >= 8:
        at = begin + (at - begin) // 8 * 8
        at = min(at, begin + size - 8)
        content = spoiled_word(base, at, random)
    else:
        old = base.core.data[at]
        content = bytes([old ^ 1 << random.randrange(8) if how == "bit" else old ^ random.randrange(1, 256)])
    label = "%s at byte %d in %s: %s to %s" % (how, at, what, base.core.data[at:at + len(content)].hex(), content.hex())
    case = overwrite(base.core, [(at, content)], label)
    case.ends_list = content == b"\0" * len(content) and case.data[at // 8 * 8:at // 8 * 8 + 8] == b"\0" * 8
    return case


def spoiled_word(base, at, random):
    old, = struct.unpack_from("<Q", base.core.data, at)
    other = random.choice(base.core.loads)
    return struct.pack("<Q", random.choice((0, 1, 2 ** 64 - 1, old ^ 0x5A5A << 16, random.randrange(2 ** 64),
                                            other.address + random.randrange(other.file_size) // 8 * 8)))


def fields_of(base, address, group):
    """The words of a structure that its table names, and its bytes as a whole."""
    layout = base.witness.layout
    offsets = [offset for name, offset in layout.items() if name.startswith(group + ".") and not name.endswith("size")]
    return [(address + offset, 8) for offset in offsets]


def aimed(base, addresses, group, random, what):
    address = random.choice(addresses)
    places = fields_of(base, address, group)
    if random.random() < 0.2:
        places = [(address, min(base.witness.layout.get(group + ".size", 64), 512))]
    return flip(base, places, random, what)


def note(base, ordinal, random):
    note = base.core.notes[ordinal % len(base.core.notes)]
    return flip_in_file(base, note.offset, min(note.end - note.offset, PAGE), random, "note %d" % note.type)


def runtime(base, ordinal, random):
    if ordinal % 2:
        return aimed(base, base.witness.interpreters, "interpreter_state", random, "an interpreter state")
    return aimed(base, [base.witness.runtime], "runtime_state", random, "_PyRuntime")


def debug_offsets(base, _ordinal, random):
    if base.witness.minor < 13:
        raise Impossible("no debug offsets before 3.13")
    return flip(base, [(base.witness.runtime, 600)], random, "the debug offsets")


def thread_state(base, _ordinal, random):
    return aimed(base, [thread.address for thread in base.witness.threads], "thread_state", random, "a thread state")


def frame(base, _ordinal, random):
    group = "frame_object" if base.witness.minor <= 10 else "interpreter_frame"
    addresses = [frame.address for thread in base.witness.threads for frame in thread.frames]
    return aimed(base, addresses, group, random, "a frame")


def code(base, _ordinal, random):
    return aimed(base, list(base.witness.codes), "code_object", random, "a code object")


def kind_of_object(base, _ordinal, random):
    return aimed(base, sorted(base.witness.types), "type_object", random, "a type")


def string(base, _ordinal, random):
    texts = [places for code in base.witness.codes.values() for places in code.texts.values()]
    return flip(base, random.choice(texts), random, "a str")


def line_table(base, _ordinal, random):
    code = random.choice(list(base.witness.codes.values()))
    return flip(base, code.lines, random, "a line table")


def link_map(base, _ordinal, random):
    nodes = base.witness.link_map()
    if not nodes:
        raise Impossible("no link_map in this core")
    return flip(base, [(random.choice(nodes), 40)], random, "a link_map")


def stack(base, _ordinal, random):
    stacks = [stack for _, stack, _, _ in base.core.thread_notes()]
    return flip(base, [(random.choice(stacks) + 8 * random.randrange(256), 8)], random, "a C stack")
