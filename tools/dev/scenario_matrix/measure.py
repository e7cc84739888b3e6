# SPDX-License-Identifier: Apache-2.0
"""One combination of the scenario matrix: make the core, read it with and without module files, compare.

    measurer = measure.Measurer(pycore, folder)
    for cell in measurer.measure(interpreter, program, "kernel"): ...
"""
import dataclasses
import shutil

import core_factory
import truth_reading
from interpreter_sources import portable

VIEWS = ("files", "bare")


@dataclasses.dataclass
class Cell:
    interpreter: str
    program: str
    method: str
    view: str                  # "files", or "bare": on a machine that has no file of that process
    threads: int = 0
    frames: int = 0            # Python frames that the process told of itself
    differences: tuple = ()


class Measurer:
    def __init__(self, pycore, folder):
        self.pycore = shutil.copy(pycore, folder / "pycore")    # it may be built anew meanwhile
        self.portable = portable.Program(self.pycore, folder / "portable")
        self.empty = folder / "empty"
        self.empty.mkdir()

    def measure(self, interpreter, program, method):
        """The cells of one core; raises CannotMake. A core that was not in the cache before is removed."""
        key = core_factory.make_key(interpreter, program, method)
        was_there = (core_factory.CACHE / "cores" / key / "details.json").exists()
        made = core_factory.make_core(interpreter, program, method)
        try:
            if made.details.get("stacks_zeroed"):
                raise core_factory.CannotMake("gdb wrote zeros for thread stacks: it is too old for this glibc")
            return [self.read(interpreter, program, method, made, view) for view in VIEWS]
        finally:
            if not was_there:
                shutil.rmtree(made.core.parent)

    def read(self, interpreter, program, method, made, view):
        reading = truth_reading.read(self.command(interpreter, made.core, view), view == "files")
        differences = truth_reading.compare(reading, made, program, method, view == "files")
        threads = reading.report["threads"] if reading.report else []
        frames = sum(frame["kind"] == "python" for thread in threads for frame in thread["frames"])
        return Cell(interpreter["name"], program.name, method, view, len(threads), frames, tuple(differences))

    def command(self, interpreter, core, view):
        words = ["stacks", "--format", "json", str(core)]
        if view == "files":
            return [str(self.pycore), *words, *truth_reading.options(interpreter)]
        return self.portable.command(self.empty, words, [core.parent])
