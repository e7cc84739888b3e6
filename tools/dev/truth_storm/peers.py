# SPDX-License-Identifier: Apache-2.0
"""How pystack and gdb's py-bt tell the Python frames of a core of the storm, judged by the same text.

    for peer in peers.find(cache):
        verdict = peer.judge(made)      # None: cannot be asked about this interpreter; "" is right; else why not
"""
import os
import pathlib
import re
import subprocess

from . import faulthandler_text
from .faulthandler_text import Frame

TIMEOUT_SECONDS = 120


def truth_of(made):
    """{tid: frames innermost first, and whether there are older ones} of the threads that have a whole text."""
    threads, _ = faulthandler_text.parse(made.text)
    tids = {registers["fs_base"]: tid for tid, registers in made.registers.items()}
    return {tids[told.ident]: ([frame for frame in told.frames if frame.file != "__init__"], told.cut or told.gave_up or
                               len(told.frames) > 40)
            for told in threads if told.frames and told.ident in tids}


def first_difference(truth, told):
    """A sentence, or "" if all threads are told as they were."""
    for tid, (frames, cut) in truth.items():
        found = told.get(tid)
        if found is None:
            return "thread %d is missing" % tid
        if found[:len(frames)] != frames or (len(found) > len(frames) and not cut):
            return "thread %d differs" % tid
    return ""


def spelled(file, line, function):
    return Frame(faulthandler_text.spell(file), int(line), faulthandler_text.spell(function))


class Pystack:
    """pystack as tests/benchmark/bench installed it."""
    name = "pystack"

    def __init__(self, cache):
        self.program = cache / "benchmark" / "pystack-venv" / "bin" / "pystack"
        self.found = self.program.exists()

    def judge(self, made):
        interpreter = made.interpreter
        executable = (interpreter["root"] or "") + interpreter["executable"]
        roots = ["--lib-search-root", interpreter["root"]] if interpreter["root"] else []
        words = [str(self.program), "core", "--no-color", *roots, str(made.core), executable]
        told = told_in(run(words), r"Traceback for thread (\d+) ",
                       r'    \(Python\) File "(.*)", line (\d+), in (.*)$', oldest_first=True)
        return first_difference(truth_of(made), told)


class Gdb:
    """gdb with the script of exactly this Python, where there is one."""
    name = "gdb py-bt"
    found = True

    def __init__(self, cache):
        pass

    def judge(self, made):
        interpreter = made.interpreter
        script = self.find_script(interpreter)
        if script is None:
            return None
        root = interpreter["root"] or ""
        words = ["gdb", "-batch", "-nx", "-iex", "set debuginfod enabled off", "-iex", "set auto-load no"]
        if root:
            words += ["-iex", "set sysroot " + root, "-iex", "set debug-file-directory %s/usr/lib/debug" % root]
        words += ["-ex", "source %s" % script, "-ex", "thread apply all py-bt", root + interpreter["executable"],
                  str(made.core)]
        told = told_in(run(words), r"Thread \d+ \(.*LWP (\d+)\)", r'  File "(.*)", line (\d+), in (\S+)',
                       oldest_first=False)
        return first_difference(truth_of(made), told)

    @staticmethod
    def find_script(interpreter):
        root = interpreter["root"] or ""
        executable = pathlib.Path(root + os.path.realpath(interpreter["executable"]))
        short = "python%d.%d" % tuple(interpreter["version_info"][:2])
        places = [executable.parent / (short + "-gdb.py"),
                  pathlib.Path(root + "/usr/share/gdb/auto-load/usr/bin/%s-gdb.py" % executable.name),
                  pathlib.Path(root + "/usr/share/gdb/auto-load/usr/lib/x86_64-linux-gnu/lib%s.so.1.0-gdb.py" % short)]
        return next((place for place in places if place.exists()), None)


def told_in(text, thread_line, frame_line, oldest_first):
    """{tid: frames innermost first} of a peer's output; the patterns' groups: tid; file, line, function."""
    told, frames = {}, None
    for line in text.splitlines():
        thread = re.match(thread_line, line)
        frame = re.match(frame_line, line)
        if thread:
            frames = told.setdefault(int(thread.group(1)), [])
        elif frame and frames is not None:
            frames.insert(0 if oldest_first else len(frames), spelled(*frame.groups()))
    return told


def run(words):
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode(errors="replace")


def find(cache):
    return [peer for peer in (Pystack(cache), Gdb(cache)) if peer.found]
