# SPDX-License-Identifier: Apache-2.0
"""Sound cores of a size that few tools expect: 200,000 frames, 100,000 threads. All of it has to be told."""
import struct

from damage.case import Case
from damage.core_file import STACK_POINTER_OFFSET, THREAD_POINTER_OFFSET, TID_OFFSET, all_loads, make_note, write_core
from damage.core_file import raw_notes
from damage.kinds.names import FAR_AWAY, rewrite_with

FRAMES = 200_000
THREADS = 100_000


def deep(base, ordinal, _random):
    """The oldest frame of a thread that was called by its copy, that by its copy, and so on."""
    group = "frame_object.f_back" if base.witness.minor <= 10 else "interpreter_frame.previous"
    at = base.witness.layout[group]
    thread, frame = choose_frame(base, ordinal)
    size = 96 if base.witness.minor > 10 else 128
    original = base.core.read(frame.address, size)
    older = base.core.word(frame.links[0][0])
    block, added = bytearray(), {}
    for i in range(FRAMES):
        copy = bytearray(original)
        following = FAR_AWAY + size * (i + 1) if i + 1 < FRAMES else older
        struct.pack_into("<Q", copy, at, following)
        block += copy
        added[hex(FAR_AWAY + size * i)] = hex(frame.address)
    block += b"\0" * (-len(block) % 4096)
    data = bytearray(base.core.data)
    offset = base.core.offset_of(frame.links[0][0], 8)
    struct.pack_into("<Q", data, offset, FAR_AWAY)
    return Case("%d frames of thread state 0x%x" % (FRAMES, thread.address), rewrite_with(base, data, block), [],
                added=added)


def choose_frame(base, ordinal):
    return base.frames[ordinal % len(base.frames)]


def many_threads(base, _ordinal, _random):
    """Notes of threads that Python does not know and whose stacks are not in the core."""
    _, _, pointer, note = next(base.core.thread_notes())
    raw = [content for _, content in raw_notes(base.core)]
    original = base.core.data[note.content:note.content + note.size]
    for i in range(THREADS):
        copy = bytearray(original)
        struct.pack_into("<i", copy, TID_OFFSET, 10_000_000 + i)
        struct.pack_into("<Q", copy, STACK_POINTER_OFFSET, FAR_AWAY + 65536 * i)
        struct.pack_into("<Q", copy, THREAD_POINTER_OFFSET, pointer + 4096 * (i + 1))
        raw.append(make_note(b"CORE", 1, bytes(copy)))
    return Case("%d threads more" % THREADS, write_core(base.core, b"".join(raw), all_loads(base.core)), [],
                threads_added=THREADS)
