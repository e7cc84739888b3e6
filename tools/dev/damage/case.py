# SPDX-License-Identifier: Apache-2.0
"""One damaged core: which sound core, what was done to it, and which bytes of the sound file that cost."""
import dataclasses


@dataclasses.dataclass
class Case:
    label: str                     # what was done, for the report
    data: object                   # the damaged file's bytes
    damaged: list                  # (offset, size) in the sound file that are lost or changed
    in_place: bool = False         # bytes were changed, none is missing
    ends_list: bool = False        # a word became zero, which is how lists end
    free_native: bool = False      # files were changed on purpose: C functions may be named otherwise
    added: dict = dataclasses.field(default_factory=dict)    # frame address -> address of the sound frame it copies
    threads_added: int = 0         # threads that were added on purpose
    paths: list = dataclasses.field(default_factory=list)    # files made for it, removed after the run


def overwrite(core, edits, label, **more):
    """The core with some bytes replaced; `edits`: (offset, bytes)."""
    data = bytearray(core.data)
    for offset, content in edits:
        data[offset:offset + len(content)] = content
    return Case(label, data, [(offset, len(content)) for offset, content in edits], in_place=True, **more)


class Impossible(Exception):
    """A kind of damage that cannot be done to this core."""
