# SPDX-License-Identifier: Apache-2.0
"""What faulthandler wrote, as data (CPython 3.8 to 3.15, Python/traceback.c).

    threads, unknown = faulthandler_text.parse(text)
    threads[0].ident, threads[0].current, threads[0].frames[0].function
"""
import dataclasses
import re
from typing import Optional

MAX_STRING = 500      # characters of a name or path; the rest is "..."
MAX_THREADS = 100
MAX_FRAMES = 100      # of a thread, entry frames of the interpreter counted

THREAD = re.compile(r"^(Current thread|Thread) 0x([0-9a-f]+)(?: \[(.*)\])? \(most recent call first\):\s*$")
NOTES = ("<no Python frame>", "Garbage-collecting", "<tstate is freed>")
FREED = "<freed thread state>"   # 3.14 and 3.15: the list ends here; also where a thread is being started
GIVES_UP = "<invalid frame>"     # 3.14 and 3.15: also behind a frame whose line is unknown
FRAME = re.compile(r'^  File (?:"(.*)"|\?\?\?), line (\d+|\?\?\?) in (.*)$')


@dataclasses.dataclass(frozen=True)
class Frame:
    file: Optional[str]
    line: Optional[int]
    function: str


@dataclasses.dataclass
class Thread:
    ident: int
    current: bool
    name: Optional[str]
    frames: list = dataclasses.field(default_factory=list)   # most recent call first, as in the text
    cut: bool = False                                        # "  ...": there are older frames
    gave_up: bool = False
    notes: list = dataclasses.field(default_factory=list)


def parse(text):
    """(threads, lines that were not understood)"""
    threads, unknown = [], []
    for line in text.splitlines():
        header, frame = THREAD.match(line), FRAME.match(line)
        if header:
            threads.append(Thread(int(header.group(2), 16), header.group(1) == "Current thread", header.group(3)))
        elif frame and threads:
            file, number, function = frame.groups()
            threads[-1].frames.append(Frame(file, None if number == "???" else int(number), function))
        elif line == "  ..." and threads:
            threads[-1].cut = True
        elif line.strip() == GIVES_UP and threads:
            threads[-1].gave_up = True
        elif line.strip() in NOTES and threads:
            threads[-1].notes.append(line.strip())
        elif line.strip():
            unknown.append(line)
    return threads, unknown


def spell(text):
    """A name or path as faulthandler spells it: ASCII, and not longer than it prints."""
    if text is None:
        return "???"
    cut = "..." if len(text) > MAX_STRING else ""
    return "".join(map(spell_character, text[:MAX_STRING])) + cut


def spell_character(character):
    code = ord(character)
    if 0x20 <= code <= 0x7e:
        return character
    if code <= 0xff:
        return "\\x%02x" % code
    return "\\u%04x" % code if code <= 0xffff else "\\U%08x" % code
