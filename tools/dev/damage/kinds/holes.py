# SPDX-License-Identifier: Apache-2.0
"""Memory that is not there: pages of zeros, as a copy leaves them, and segments whose bytes were left out."""
import struct

from damage.case import Case, overwrite
from damage.core_file import PAGE, all_loads, raw_notes, write_core


def interesting_pages(base):
    """Pages that hold what a report is made of."""
    places = [(frame.address, 8) for _, frame in base.frames]
    places += [(frame.code, 8) for _, frame in base.frames]
    places += [(thread.address, 8) for thread in base.witness.threads]
    places += [place for code in base.witness.codes.values() for texts in code.texts.values() for place in texts]
    places += [(stack, 8) for _, stack, _, _ in base.core.thread_notes()]
    return sorted({offset // PAGE * PAGE for offset, _ in base.file_ranges(places)})


def hole(base, ordinal, random):
    pages = interesting_pages(base)
    begin = pages[ordinal % len(pages)]
    size = PAGE * random.choice((1, 1, 2, 16))
    size = min(size, len(base.core.data) - begin)
    return overwrite(base.core, [(begin, b"\0" * size)], "%d bytes of zeros at byte %d" % (size, begin))


def segment_dropped(base, ordinal, _random):
    """In place: only p_filesz says 0, as if the file had no room; p_offset of the others stays."""
    held = [i for i, segment in enumerate(base.core.segments) if segment in base.core.loads]
    return drop_by_header(base, [held[ordinal % len(held)]])


def drop_by_header(base, indices):
    data, damaged = bytearray(base.core.data), []
    for i in indices:
        segment = base.core.segments[i]
        struct.pack_into("<Q", data, base.core.header_of(i)[0] + 32, 0)
        damaged += [(segment.offset, segment.file_size), (base.core.header_of(i)[0] + 32, 8)]
    return Case("p_filesz 0 in header %s" % indices, data, damaged)


def segments_dropped(base, ordinal, random):
    """Written anew without the bytes of some segments, as coredump_filter or a minimising tool leaves them."""
    loads = all_loads(base.core)
    held = [i for i, (segment, _) in enumerate(loads) if segment.file_size]
    count = 1 if ordinal % 2 else random.randrange(2, max(3, len(held) // 2))
    dropped = set(random.sample(held, min(count, len(held))))
    damaged = [(loads[i][0].offset, loads[i][0].file_size) for i in dropped]
    kept = [(segment, b"" if i in dropped else content) for i, (segment, content) in enumerate(loads)]
    notes = b"".join(content for _, content in raw_notes(base.core))
    return Case("written without %d segments" % len(dropped), write_core(base.core, notes, kept), damaged)
