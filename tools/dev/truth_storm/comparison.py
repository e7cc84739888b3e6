# SPDX-License-Identifier: Apache-2.0
"""Compares a report of `pycore stacks --format json --native=all` with faulthandler's text and the stop's registers.

    result = comparison.compare(report, text, registers, told_by)
    result.threads, result.frames, [difference.sentence for difference in result.differences if not difference.cause]

A difference whose `cause` is set is one of faulthandler's known limits; all others are somebody's bug.
"""
import dataclasses
from typing import Callable, Optional

from . import faulthandler_text


@dataclasses.dataclass(frozen=True)
class Difference:
    sentence: str
    cause: Optional[str] = None     # a key of CAUSES
    only_told: int = 0              # frames that faulthandler alone has


CAUSES = {
    "cut": "faulthandler stops at 100 frames of a thread, entry frames of the interpreter counted",
    "100 threads": "faulthandler stops at 100 threads",
    "crash": "faulthandler of 3.13 itself crashes on the entry frame of a thread that is just entering or leaving the "
             "interpreter: the text ends there",
    "taken for freed": "faulthandler of 3.14 and 3.15 takes a thread that is being started for freed memory and ends there",
    "no line": "faulthandler of 3.14 and 3.15 ends a stack at a frame whose line is unknown",
    "other interpreter": "faulthandler tells the threads of one interpreter only",
    "newborn": "faulthandler tells a thread that is being started, which has its maker's identity or none, and no frame",
    "not begun": "faulthandler tells a frame that has not begun, at no line or at the function's first; Python's own "
                 "tracebacks leave it out",
    "entry frame": "faulthandler of 3.12 tells the interpreter's entry frame of a thread that is just entering or leaving it",
    "second entry frame": "faulthandler of 3.13 tells the entry frame of a call whose own frame is being cleared, which "
                          "stands behind that of a call made meanwhile",
    "class call": "faulthandler tells the helper frame of an inlined class call, or ends there (3.14); Python's own "
                  "tracebacks leave it out",
}


@dataclasses.dataclass
class Result:
    threads: int = 0               # with a Python thread state, compared frame by frame
    agreeing_threads: int = 0      # in which everything agrees or is explained
    frames: int = 0                # Python frames that faulthandler told
    agreeing_frames: int = 0
    native_threads: int = 0        # whose innermost program counter was compared
    agreeing_native: int = 0
    differences: list = dataclasses.field(default_factory=list)
    begins: Callable = None        # see compare()

    def add(self, sentence, cause=None, only_told=0):
        self.differences.append(Difference(sentence, cause, only_told))

    def unexplained(self):
        return [difference for difference in self.differences if not difference.cause]


def compare(report, text, registers, told_by, crash=0, begins=lambda *_: False):
    """`begins(file, line, function)`: whether a function of that name begins there."""
    result = Result(begins=begins)
    threads, unknown = faulthandler_text.parse(text)
    if crash:
        threads, unknown = threads[:-1], []     # the last one is told as far as it went
        result.add("faulthandler crashed with signal %d behind %r" % (crash, text[-100:]), "crash")
    ended = "crash" if crash else why_ended(report, threads, unknown)
    if not threads and not ended:
        result.add("faulthandler wrote no thread: %r" % text[:200])
    for line in unknown:
        result.add("faulthandler wrote %r" % line, ended if line in ("...", faulthandler_text.FREED) else None)
    compare_python(result, report, threads, ended, registers, told_by)
    compare_pcs(result, report["threads"], registers)
    if report["completeness"] != "complete":
        result.add("completeness is %s: %s" % (report["completeness"], first_messages(report)))
    return result


def first_messages(report):
    return "; ".join(one["message"] for one in report["diagnostics"][:3])


def why_ended(report, threads, unknown):
    """Why the text does not have all threads, if it says so."""
    if "..." in unknown and len(threads) >= faulthandler_text.MAX_THREADS:
        return "100 threads"
    started = any("is being started" in one["message"] for one in report["diagnostics"])
    return "taken for freed" if faulthandler_text.FREED in unknown and started else None


def compare_python(result, report, threads, ended, registers, told_by):
    by_ident = {}
    for thread in report["threads"]:
        if thread["python_thread_id"]:
            by_ident.setdefault(int(thread["python_thread_id"], 16), []).append(thread)
    several = len(report["interpreters"]) > 1
    with_frames = {told.ident for told in threads if told.frames}
    for told in threads:
        if not told.frames and (told.ident == 0 or told.ident in with_frames):
            result.add("a thread with the identity 0x%x is being started" % told.ident, "newborn")
            continue
        found = by_ident.pop(told.ident, [])
        compare_thread(result, told, found, registers, several)
        if told.current and told_by not in [thread["tid"] for thread in found]:
            result.add("faulthandler ran in thread %d, not in %s" % (told_by, [one["tid"] for one in found]))
    for ident, left in by_ident.items():
        if any(frame["kind"] == "python" for thread in left for frame in thread["frames"]):
            cause = ended or ("other interpreter" if several else None)
            result.add("thread 0x%x is not in faulthandler's text" % ident, cause)


def compare_thread(result, told, found, registers, several):
    result.threads += 1
    result.frames += len(told.frames)
    before = len(result.unexplained())
    if len(found) != 1:
        result.add("thread 0x%x is told %d times" % (told.ident, len(found)))
        return
    thread = found[0]
    if thread["tid"] in registers and registers[thread["tid"]]["fs_base"] != told.ident:
        result.add("thread %d has the thread pointer 0x%x, not 0x%x" % (
            thread["tid"], registers[thread["tid"]]["fs_base"], told.ident))
    if told.name is not None and thread["os_name"] is not None and told.name != thread["os_name"]:
        result.add("thread %d is named %r, told %r" % (thread["tid"], told.name, thread["os_name"]))
    ours = [frame for frame in reversed(thread["frames"]) if frame["kind"] == "python"]
    compare_frames(result, thread["tid"], told, ours, several)
    if thread["merge"] != "anchored" and (ours or thread["merge"] != "native_only"):
        result.add("merge of thread %d is %r" % (thread["tid"], thread["merge"]))
    result.agreeing_threads += len(result.unexplained()) == before


def compare_frames(result, tid, told, ours, several):
    """Both lists innermost first. What only one side has must have a cause."""
    ours_spelled = [spell(frame) for frame in ours]
    if several and is_run_of(told.frames, ours_spelled) and len(ours) > len(told.frames):
        result.agreeing_frames += len(told.frames)
        result.add("thread %d: %d more frames are of another interpreter" % (tid, len(ours) - len(told.frames)),
                   "other interpreter")
        return
    index = 0
    for position, wanted in enumerate(told.frames):
        if index < len(ours) and wanted == ours_spelled[index]:
            result.agreeing_frames += 1
            index += 1
            continue
        cause = why_only_told(wanted, result.begins)
        result.add("thread %d: frame %d from within is %s, told %s" % (
            tid, position, wanted, ours_spelled[index] if index < len(ours) else None), cause, only_told=1)
        if cause is None:
            return
    if index < len(ours):
        result.add("thread %d: %d more frames are told, from %s on" % (tid, len(ours) - index, ours_spelled[index]),
                   why_cut(told, ours[:index]))


def is_run_of(part, whole):
    """Whether `part` stands in `whole` as one piece: the stack of one of a thread's interpreters."""
    return any(whole[start:start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def why_cut(told, ours):
    """The cause of the older frames' absence from the text."""
    entries = sum(frame["entry"] for frame in ours)
    if told.cut or len(told.frames) + entries >= faulthandler_text.MAX_FRAMES - 1:
        return "cut"
    if told.gave_up and told.frames and told.frames[-1].line is None:
        return "no line"
    if told.gave_up and told.frames and told.frames[-1].function == "__init__":
        return "class call"      # the helper has no globals, which 3.14 takes for damage
    return None


def spell(frame):
    return faulthandler_text.Frame(faulthandler_text.spell(frame["file"]), frame["line"],
                                   faulthandler_text.spell(frame["function"]))


def why_only_told(wanted, begins):
    """The cause of a frame that only faulthandler has; the frames after it have to agree again."""
    if wanted.file == wanted.function == "__init__":
        return "class call"
    if (wanted.file, wanted.function) == ("<shim>", "<interpreter trampoline>"):
        return "entry frame"
    if wanted == faulthandler_text.Frame(None, 0, "???"):
        return "second entry frame"
    return "not begun" if wanted.line is None or begins(wanted.file, wanted.line, wanted.function) else None


def compare_pcs(result, threads, registers):
    """The innermost physical frame of each thread stands where the thread was stopped."""
    for tid, wanted in registers.items():
        thread = next((one for one in threads if one["tid"] == tid), None)
        result.native_threads += 1
        innermost = innermost_native(thread) if thread else None
        if innermost and int(innermost["pc"], 16) == wanted["rip"]:
            result.agreeing_native += 1
        else:
            result.add("thread %d stands at 0x%x, told %s" % (tid, wanted["rip"], innermost and innermost["pc"]))


def innermost_native(thread):
    frames = [frame for frame in thread["frames"] if frame["kind"] == "native" and not frame["inlined"]]
    return frames[-1] if frames else None
