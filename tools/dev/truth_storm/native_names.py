# SPDX-License-Identifier: Apache-2.0
"""Innermost C functions of a core as eu-stack (elfutils) names them, beside those of a report.

    peer = native_names.EuStack(cache)
    compared, sentences = native_names.compare(report["threads"], peer.innermost(core, interpreter), root)

eu-stack has no option for another system's files, so it is run inside of the interpreter's root, with its own
libraries out of a folder in the cache.
"""
import functools
import re
import shutil
import subprocess

from interpreter_sources import portable

from . import comparison


class EuStack:
    """eu-stack as it can be run everywhere; `found` is False where there is none."""

    def __init__(self, cache):
        path = shutil.which("eu-stack")
        self.found = path is not None
        self.program = portable.Program(path, cache / "eu-stack") if self.found else None

    def innermost(self, core, interpreter):
        """{tid: (pc, name or None)} of the innermost frame of each thread."""
        words = ["-r", "-n", "1", "--core=%s" % core]
        if interpreter["root"]:
            words = self.program.command(interpreter["root"], words, [core.parent])
        else:
            words = ["eu-stack", *words]
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


def compare(threads, peer, root=""):
    """(threads compared, sentences): where both sides name the innermost physical frame, and differently.

    `root`: where the modules' files are.
    """
    compared, sentences = 0, []
    for thread in threads:
        frame, (pc, name) = comparison.innermost_native(thread), peer.get(thread["tid"], (None, None))
        if frame is None or name is None or frame["function"] is None:
            continue
        compared += 1
        if not same_function(name, frame) and not is_folded(name, frame, root or ""):
            sentences.append("thread %d at 0x%x is in %s, told %s" % (thread["tid"], pc, name, frame["raw_name"]))
    return compared, sentences


def same_function(name, frame):
    """Names of one place: aliases differ in underscores and versions, copies of a compiler in suffixes."""
    return plain(name) in (plain(frame["function"]), plain(frame["raw_name"] or ""))


def is_folded(name, frame, root):
    """Compilers make one function of several equal ones; it has all of their names."""
    values = symbols(root + (frame.get("module") or ""))
    return bool(values.get(name, set()) & values.get(frame["raw_name"], set()))


@functools.lru_cache(maxsize=32)
def symbols(path):
    """{name: {value, ...}} of an ELF file; of local functions several may have one name."""
    done = subprocess.run(["nm", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    values = {}
    for value, _, name in re.findall(r"^([0-9a-f]+) ([tTwWi]) (\S+)$", done.stdout.decode(errors="replace"), re.MULTILINE):
        values.setdefault(name, set()).add(value)
    return values


def plain(name):
    name = re.sub(r"@.*$", "", name)
    name = re.sub(r"\.(isra|part|constprop|cold|lto_priv|localalias|llvm)\b.*$", "", name)
    name = re.sub(r"^(_*)mem(move|p?cpy)", r"\1memmove", name)     # one function where regions may overlap
    return re.sub(r"^(__GI_|__vdso_|__libc_|__new_|__old_|_+)+|64$", "", name)
