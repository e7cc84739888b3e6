# SPDX-License-Identifier: Apache-2.0
"""NT_FILE that names what no tool may touch: FIFOs, devices, folders, and files that are no longer the same."""
import os
import pathlib
import struct
import tempfile

from damage.case import Case, Impossible
from damage.core_file import NT_FILE, all_loads, make_note, raw_notes, write_core

SPECIAL = ("/dev/zero", "/dev/random", "/dev/tty", "/dev/full", "/proc/self/mem", "/proc/kmsg", "/", "/tmp", "",
           "relative/name", "/nowhere/" + "x" * 4000, "/proc/self/fd/0", "/dev/stdin", "\x1b[2J\x1b]0;gone\x07")


def hostile(base, ordinal, random):
    notes = base.core.notes_of(NT_FILE)
    if not notes:
        raise Impossible("no NT_FILE in this core")
    names = file_names(base, notes[0])
    victim = random.choice(sorted(set(names)))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="damage-storm-"))
    replaced = make_target(folder, victim, ordinal, random)
    content = replace_name(base, notes[0], names, victim, replaced)
    raw = b"".join(make_note(note.name, note.type, content) if note is notes[0] else bytes_
                   for note, bytes_ in raw_notes(base.core))
    case = Case("NT_FILE names %s for %s" % (replaced[:60], victim), write_core(base.core, raw, all_loads(base.core)),
                [(notes[0].offset, notes[0].end - notes[0].offset)], free_native=True)
    case.paths = [folder]
    return case


def file_names(base, note):
    count, = struct.unpack_from("<Q", base.core.data, note.content)
    raw = bytes(base.core.data[note.content + 16 + 24 * count:note.content + note.size])
    return [os.fsdecode(name) for name in raw.split(b"\0")[:count]]


def replace_name(base, note, names, victim, replaced):
    count = len(names)
    head = bytes(base.core.data[note.content:note.content + 16 + 24 * count])
    return head + b"".join(os.fsencode(replaced if name == victim else name) + b"\0" for name in names)


def make_target(folder, victim, ordinal, random):
    """Files named as the victim is, so that a look-up by name finds them too."""
    target = folder / (os.path.basename(victim) or "file")
    kind = ordinal % 5
    if kind == 0:
        os.mkfifo(target)
    elif kind == 1:
        target.mkdir()
    elif kind == 2:
        target.symlink_to(random.choice(("/dev/zero", target.name, "/proc/self/exe")))
    elif kind == 3:
        change_file(target, victim, random)
    else:
        return random.choice(SPECIAL)
    return str(target)


def change_file(target, victim, random):
    """Another build, a cut copy, an empty file, or a copy with flipped bits."""
    source = pathlib.Path(victim)
    content = bytearray(source.read_bytes() if source.is_file() else b"\x7fELF" + bytes(200))
    how = random.choice(("cut", "empty", "flipped", "text"))
    if how == "cut":
        content = content[:random.randrange(len(content) or 1)]
    elif how == "empty":
        content = b""
    elif how == "text":
        content = b"#!/bin/sh\ntouch /tmp/damage-storm-executed\n"
    else:
        for _ in range(50):
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    target.write_bytes(content)
    target.chmod(0o755)
