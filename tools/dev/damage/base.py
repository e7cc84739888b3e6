# SPDX-License-Identifier: Apache-2.0
"""A sound core, what pycore tells of it, and the witness that says where everything of it lies."""
import pathlib

from damage.core_file import Absent, CoreFile
from damage.layouts import layout_for
from damage.witness import Witness


class Unfit(Exception):
    """A core that cannot be a base; the message says why."""


class Base:
    def __init__(self, name, path, options=()):
        self.name, self.path, self.options = name, pathlib.Path(path), list(options)
        self.executable = None  # as told
        self.core = CoreFile(self.path.read_bytes())
        self.told = self.witness = None

    def meet(self, told):
        """Takes what pycore tells of the sound core; the witness has to find the same frames."""
        self.told, self.executable = told, told.executable
        if not told.runtime:
            raise Unfit("%s: no Python is told" % self.name)
        layout = layout_for(told.runtime["version"])
        if not layout or told.runtime["free_threaded"] or told.runtime["debug"]:
            raise Unfit("%s: no table for this build" % self.name)
        minor = int(told.runtime["version"].split(".")[1])
        try:
            self.witness = Witness(self.core, layout, int(told.runtime["runtime_address"], 16), minor)
        except Absent as absent:
            raise Unfit("%s: the witness misses %s" % (self.name, absent)) from None
        self._compare()
        self._index()

    def _compare(self):
        seen = {frame.address for thread in self.witness.threads for frame in thread.frames}
        told = {int(frame["address"], 16) for thread in self.told.threads for frame in thread.python}
        if not told or not told <= seen:
            raise Unfit("%s: the witness sees %d frames, %d of the %d told" %
                        (self.name, len(seen), len(told & seen), len(told)))

    def _index(self):
        self.sound = {}         # frame address -> what the sound core tells of it
        self.thread_of = {}     # frame address -> (index of the thread, place in it)
        for i, thread in enumerate(self.told.threads):
            for j, frame in enumerate(thread.python):
                self.sound[frame["address"]] = frame
                self.thread_of[frame["address"]] = (i, j)
        self.frames = [(thread, frame) for thread in self.witness.threads for frame in thread.frames
                       if hex(frame.address) in self.sound]
        self.frame_at = {hex(frame.address): frame for _, frame in self.frames}

    def file_ranges(self, places):
        """Places of the process as ranges of the file; what the sound core lacks is left out."""
        found = []
        for address, size in places:
            try:
                found.append((self.core.offset_of(address, size), size))
            except Absent:
                pass
        return found
