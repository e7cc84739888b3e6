# SPDX-License-Identifier: Apache-2.0
"""Innermost C functions of a core as eu-stack (elfutils) names them, beside those of a report.

    peer = native_names.EuStack(cache)
    for sentence, alias in native_names.compare(report["threads"], peer.innermost(core, interpreter, folder)): ...

eu-stack has no option for another system's files, so it is run inside of the interpreter's root, with its own
libraries out of a folder in the cache.
"""
import pathlib
import re
import shutil
import subprocess

from interpreter_sources import common

from . import comparison


class EuStack:
    """eu-stack as it can be run everywhere; `found` is False where there is none."""

    def __init__(self, cache):
        self.program = shutil.which("eu-stack")
        self.folder = cache / "eu-stack"
        self.found = self.program is not None
        if self.found and not (self.folder / "eu-stack").exists():
            self.copy()

    def copy(self):
        """The program, its loader and its libraries, which are of this system, in one folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = subprocess.run(["ldd", self.program], check=True, stdout=subprocess.PIPE).stdout.decode()
        for path in re.findall(r"(/\S+) \(0x", text):
            name = "ld.so" if "/ld-linux" in path else pathlib.Path(path).name
            shutil.copy(path, self.folder / name)
        shutil.copy(self.program, self.folder / "eu-stack")

    def innermost(self, core, interpreter):
        """{tid: (pc, name or None)} of the innermost frame of each thread."""
        words = [str(self.folder / "eu-stack"), "-r", "-n", "1", "--core=%s" % core]
        if interpreter["root"]:
            inside = common.Interpreter("eu-stack", [], root=interpreter["root"])
            loader = [str(self.folder / "ld.so"), "--library-path", str(self.folder)]
            words = common.start_command(inside, loader + words, [self.folder, core.parent])
        else:
            words[0] = self.program
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, cwd=core.parent)
        return parse(done.stdout.decode(errors="replace"))


def parse(text):
    found, tid = {}, None
    for line in text.splitlines():
        thread = re.match(r"TID (\d+):", line)
        frame = re.match(r"#0\s+0x([0-9a-f]+)(?: - \d)?\s*(\S.*)?$", line)
        if thread:
            tid = int(thread.group(1))
        elif frame and tid is not None:
            found[tid] = (int(frame.group(1), 16), frame.group(2))
    return found


def compare(threads, peer):
    """(threads compared, sentences): where both sides name the innermost physical frame, and differently."""
    compared, sentences = 0, []
    for thread in threads:
        frame, (pc, name) = comparison.innermost_native(thread), peer.get(thread["tid"], (None, None))
        if frame is None or name is None or frame["function"] is None:
            continue
        compared += 1
        if not same_function(name, frame):
            sentences.append("thread %d at 0x%x is in %s, told %s" % (thread["tid"], pc, name, frame["raw_name"]))
    return compared, sentences


def same_function(name, frame):
    """Names of one place: aliases differ in underscores and versions, copies of a compiler in suffixes."""
    return plain(name) in (plain(frame["function"]), plain(frame["raw_name"] or ""))


def plain(name):
    name = re.sub(r"@.*$", "", name)
    name = re.sub(r"\.(isra|part|constprop|cold|lto_priv|localalias|llvm)\b.*$", "", name)
    return re.sub(r"^(__GI_|__libc_|__new_|__old_|_+)+|64$", "", name)
