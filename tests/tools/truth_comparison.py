# SPDX-License-Identifier: Apache-2.0
"""Compares what `pycore stacks --format json` says with what the dead process said about itself.

    differences = truth_comparison.compare(truth, report, truth_comparison.Circumstances("kernel"))

`truth` is what testdata/programs/truth.py wrote, `report` a document of schema pycore/stacks/1.
The answer is a list of sentences, the first difference of each thread; empty when all is right.
"""
import dataclasses
import itertools

import truth_locals

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclasses.dataclass
class Circumstances:
    """How the core was made and read, which decides what may be asked."""
    method: str                    # "kernel" or "gcore"
    dies_by_itself: bool = False   # else a signal from outside ended it, and any thread got it
    files_at_hand: bool = True     # the modules' files can be read: native frames must be right
    finalizing: bool = False       # the interpreter was on its way out
    signal: int = 0                # what the parent saw the process die of


def compare(truth, report, circumstances):
    """Sentences about everything that differs, most basic first."""
    if report.get("schema") != "pycore/stacks/1":
        return ["schema is %r" % report.get("schema")]
    return list(itertools.chain(
        compare_threads(truth, report, circumstances),
        compare_death(truth, report, circumstances),
        compare_gil(truth["expect"], report),
        truth_locals.compare(truth["expect"].get("locals", {}), report, circumstances.files_at_hand),
        compare_native(truth["expect"], report) if circumstances.files_at_hand else []))


def compare_threads(truth, report, circumstances):
    told = group_by_tid(report["threads"])
    wanted = group_by_tid(truth["threads"])
    if set(told) != set(wanted):
        yield "threads differ: missing %s, not in the process %s" % (
            sorted(set(wanted) - set(told)), sorted(set(told) - set(wanted)))
    for tid in sorted(set(told) & set(wanted)):
        yield from compare_states(tid, wanted[tid], told[tid], circumstances)


def group_by_tid(threads):
    """tid -> thread objects; in the truth a thread may have a state of each of two interpreters."""
    groups = {}
    for thread in threads:
        groups.setdefault(thread["tid"], []).append(thread)
    return groups


def compare_states(tid, wanted, told, circumstances):
    """Several interpreters' states of one thread are told as one stack, outer before inner. Without
    the modules' files nothing tells which state is the outer one."""
    if len(told) != 1:
        yield "thread %d is told %d times" % (tid, len(told))
        return
    orders = [wanted] if circumstances.files_at_hand else itertools.permutations(wanted)
    attempts = [list(compare_thread(join_states(order), told[0], circumstances)) for order in orders]
    yield from min(attempts, key=len)


def join_states(states):
    return dict(states[0], main=any(state["main"] for state in states),
                frames=[frame for state in states for frame in state["frames"]])


def compare_thread(truth, thread, circumstances):
    label = "thread %s %r" % (truth["tid"], truth["name"])
    frames = [frame for frame in thread["frames"] if frame["kind"] == "python"]
    difference = compare_frames(truth, frames)
    if difference:
        yield "%s: %s\n%s" % (label, difference, side_by_side(truth["frames"], frames))
    if not may_be_named(truth["name"], thread["name"], circumstances):
        yield "%s: name is told as %r" % (label, thread["name"])
    if truth["main"] is not None and bool(truth["main"]) != bool(thread["main"]):
        yield "%s: main is told as %r" % (label, thread["main"])
    if truth["frames"] and circumstances.files_at_hand and thread["merge"] != "anchored":
        yield "%s: merge is %r" % (label, thread["merge"])


def may_be_named(wanted, told, circumstances):
    """A dying interpreter has torn down the tables that hold the names, wholly or in part."""
    return wanted is None or same_text(wanted, told) or (circumstances.finalizing and told is None)


def compare_frames(truth, frames):
    """The first difference between two stacks, outermost first, or None."""
    for index, (wanted, told) in enumerate(zip(truth["frames"], frames)):
        fields = wanted.get("exact", truth["exact"])
        for field in fields:
            if field == "qualname" and wanted[field] is None:
                continue  # code objects have none before 3.11
            if not same_value(wanted[field], told.get(field)):
                return "frame %d: %s is %r, told %r" % (index, field, wanted[field], told.get(field))
    if len(frames) != len(truth["frames"]):
        return "%d frames, told %d" % (len(truth["frames"]), len(frames))
    return None


def same_value(wanted, told):
    if isinstance(wanted, str) and isinstance(told, str):
        return same_text(wanted, told)
    return wanted == told and (wanted is None) == (told is None)


def same_text(wanted, told):
    """Equal as it is, or with the characters escaped that a report may not print raw."""
    return told is not None and (wanted == told or escape(wanted) == told)


def escape(text):
    return "".join(map(escape_character, text))


def escape_character(character):
    code = ord(character)
    if code < 0x20 or 0x7f <= code < 0xa0:
        return "\\x%02x" % code
    if 0xd800 <= code < 0xe000 or character in BIDIRECTIONAL:
        return "\\u%04x" % code
    return character


def side_by_side(wanted, told, limit=30):
    """Both stacks, innermost frames if they are long; `>` marks lines that differ."""
    lines = []
    for index, pair in enumerate(itertools.zip_longest(wanted, told)):
        left, right = (show(frame) for frame in pair)
        lines.append("  %s %4d  %-60s | %s" % (" " if left == right else ">", index, left, right))
    differing = next((i for i, line in enumerate(lines) if line.startswith("  >")), 0)
    start = max(0, min(differing - limit // 2, len(lines) - limit))
    return "\n".join(lines[start:start + limit])


def show(frame):
    if frame is None:
        return "-"
    name = frame.get("qualname") or frame.get("function")
    where = "%s:%s:%s-%s:%s" % (short(frame.get("file")), frame.get("line"), frame.get("column"),
                                frame.get("end_line"), frame.get("end_column"))
    return ascii("%s %s" % (short(name), where))[1:-1]


def short(text):
    text = "None" if text is None else text
    return text if len(text) <= 40 else "..." + text[-37:]


def compare_death(truth, report, circumstances):
    expect = truth["expect"]
    crashed = [thread for thread in report["threads"] if thread["crashed"]]
    if circumstances.method == "gcore":
        if crashed:
            yield "thread %d is told as crashed in a process that went on" % crashed[0]["tid"]
        return
    number = (report["process"].get("signal") or {}).get("number")
    if number != circumstances.signal:
        yield "signal is %r, told %r" % (circumstances.signal, number)
    if circumstances.dies_by_itself:
        tids = sorted({thread["tid"] for thread in crashed})
        if tids != [expect["crashed_tid"]]:
            yield "crashed thread is %d, told %s" % (expect["crashed_tid"], tids)
        if circumstances.files_at_hand:
            yield from compare_crash_site(expect, crashed)


def compare_crash_site(expect, crashed):
    sites = [frame for thread in crashed for frame in thread["frames"] if frame.get("crash_site")]
    if len(sites) != 1:
        yield "%d frames are told as the crash site" % len(sites)
    elif expect.get("crash_site") and sites[0]["function"] != expect["crash_site"]:
        yield "crash site is %r, told %r" % (expect["crash_site"], sites[0]["function"])


def compare_gil(expect, report):
    interpreters = report["interpreters"]
    if not interpreters:
        yield "no interpreter is told"
        return
    if "interpreters" in expect and len(interpreters) != expect["interpreters"]:
        yield "%d interpreters, told %d" % (expect["interpreters"], len(interpreters))
    main = next((one for one in interpreters if one["main"]), interpreters[0])
    for key in ("gc_collecting", "finalizing"):
        if key in expect and main[key] != expect[key]:
            yield "%s is %r, told %r" % (key, expect[key], main[key])
    yield from compare_holder(expect, main["gil"])
    if "gil_waiting_tids" in expect:
        told = sorted(tid for one in interpreters for tid in one["gil"]["waiting_tids"] or [])
        if told != sorted(expect["gil_waiting_tids"]):
            yield "threads %s wait for the GIL, told %s" % (sorted(expect["gil_waiting_tids"]), told)


def compare_holder(expect, gil):
    wanted = expect.get("gil_holder_tid", "untold")
    if wanted == "untold" or gil["state"] == "disabled":
        return
    if wanted == "any":
        if gil["state"] not in ("held", "free"):
            yield "the GIL is told as %s" % gil["state"]
    elif wanted is None:
        if gil["state"] != "free" or gil["holder_tid"] is not None:
            yield "the GIL is free, told %s by %s" % (gil["state"], gil["holder_tid"])
    elif gil["state"] != "held" or gil["holder_tid"] != wanted:
        yield "thread %d holds the GIL, told %s by %s" % (wanted, gil["state"], gil["holder_tid"])


def compare_native(expect, report):
    """Python and native functions have to appear in the order that the truth demands."""
    for tid, wanted in expect.get("native_contains", {}).items():
        threads = [thread for thread in report["threads"] if thread["tid"] == int(tid)]
        frames = threads[0]["frames"] if threads else []
        missing = first_missing(wanted, frames)
        if missing is not None:
            yield "thread %s: no %s in its place; the stack is\n    %s" % (
                tid, wanted[missing], "\n    ".join(map(show_merged, frames[-60:])))


def first_missing(wanted, frames):
    """Index of the first name that is not to be found after those before it, or None."""
    remaining = iter(frames)
    for index, name in enumerate(wanted):
        if not any(matches(name, frame) for frame in remaining):
            return index
    return None


def matches(wanted, frame):
    kind, _, name = wanted.partition(":")
    if kind == "module":
        return name in (frame.get("module") or "")
    return frame["kind"] == kind and name in (frame.get("function"), frame.get("raw_name"))


def show_merged(frame):
    if frame["kind"] == "python":
        return "python " + show(frame)
    return "native %s (%s)" % (frame.get("function"), short(frame.get("module")))
