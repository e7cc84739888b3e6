# SPDX-License-Identifier: Apache-2.0
"""The same damaged files through other tools. They have other words, so less is asked of them: that they end by
themselves within the time, what they say by their exit status, and how many of the frames that are still linked
they name. pystack comes from tests/benchmark/bench's virtual environment, gdb and py-spy from PATH."""
import os
import pathlib
import re
import shutil

CACHE = pathlib.Path(os.environ.get("PYCORE_CACHE", "~/.cache/pycore")).expanduser()
SECONDS = 20
MOST_FRAMES = 10_000  # else one case outweighs all others


def find_peers():
    """Name -> function of (core, executable) that gives the command."""
    peers = {}
    pystack = CACHE / "benchmark" / "pystack-venv" / "bin" / "pystack"
    if pystack.exists():
        peers["pystack"] = lambda core, executable: [str(pystack), "core", str(core), executable]
    gdb = shutil.which("gdb")
    if gdb:
        peers["gdb py-bt"] = lambda core, executable: [
            gdb, "-nx", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set auto-load safe-path /",
            "-ex", "thread apply all py-bt", executable, str(core)]
    spy = shutil.which("py-spy")
    if spy:
        peers["py-spy"] = lambda core, executable: [spy, "dump", "--core", str(core)]
    return peers


class PeerTable:
    HEADS = ["tool", "cases", "crashes", "over %d s" % SECONDS, "exit 0", "linked", "named %"]

    def __init__(self, launch):
        """`launch`: a function of (words, seconds) that gives a Run."""
        self.launch, self.peers, self.rows = launch, find_peers(), {}

    def add(self, base, path, linked):
        """`linked`: the names of the functions of all frames that are still linked."""
        if len(linked) > MOST_FRAMES:
            return
        for name, command in self.peers.items():
            run = self.launch(command(path, base.executable), SECONDS)
            row = self.rows.setdefault(name, [0] * 6)
            hung = run.wall >= SECONDS
            row[0] += 1
            row[1] += not hung and (run.status < 0 or b"panicked" in run.words)
            row[2] += hung
            row[3] += run.status == 0
            row[4] += len(linked)
            row[5] += count_named(run.output, linked)

    def lines(self):
        return [self.HEADS] + [[name, *map(str, row[:5]), "%.1f" % (100 * row[5] / (row[4] or 1))]
                               for name, row in self.rows.items()]


def count_named(output, functions):
    """How many of these frames are named, each line of the output for one of them."""
    told = re.findall(rb" in ([^\s(]+)|^    (\S+) \(", output, re.MULTILINE)
    words = [(first or second).decode(errors="replace") for first, second in told]
    found = 0
    for function in functions:
        if function in words:
            words.remove(function)
            found += 1
    return found
