# SPDX-License-Identifier: Apache-2.0
"""A core that ends early: a full disk, a limit of its size, a copy that broke off."""
from damage.case import Case
from damage.core_file import EHDR_SIZE, PHDR_SIZE


def cut(base, size, label):
    size = min(size, len(base.core.data) - 1)
    return Case("cut at byte %d, %s" % (size, label), base.core.data[:size], [(size, len(base.core.data) - size)])


def behind_frame(base, ordinal, _random):
    _, frame = base.frames[ordinal % len(base.frames)]
    begin = base.core.offset_of(frame.address)
    size = base.witness.layout.get("interpreter_frame.size", 80) if base.witness.minor > 10 else 64
    return cut(base, begin + size, "behind the frame at %s" % hex(frame.address))


def in_headers(base, ordinal, random):
    places = [random.randrange(1, EHDR_SIZE), EHDR_SIZE + random.randrange(PHDR_SIZE),
              base.core.table + random.randrange(base.core.count * PHDR_SIZE)]
    return cut(base, places[ordinal % len(places)], "in the headers")


def in_notes(base, ordinal, random):
    note = base.core.notes[ordinal % len(base.core.notes)]
    return cut(base, random.randrange(note.offset, note.end), "in note %d" % note.type)


def anywhere(base, ordinal, random):
    if ordinal % 2:
        segment = random.choice(base.core.loads)
        return cut(base, segment.offset, "before a segment")
    return cut(base, random.randrange(base.core.notes[-1].end % len(base.core.data), len(base.core.data)), "in memory")
