# SPDX-License-Identifier: Apache-2.0
"""Holds what pycore tells of a damaged core against the sound one. Every bar that is missed is a sentence.

What a damaged core may tell:
  - frames of the sound core, in its order, each field as it was or unknown;
  - a field that differs only where the damage changed the very bytes that the field is made of (the characters
    of a name, a line table, a last instruction), counted as altered, or a reference that now leads to another sound
    object, counted as misled. Nobody can know either.
"""
import dataclasses

from damage.places import Ranges
from damage.told import PYTHON_FIELDS

BARS = ("crash", "sanitizer", "time", "memory", "silent", "invented", "exit0", "escape")
TEXTS = ("function", "file", "qualname")


@dataclasses.dataclass
class Verdict:
    misses: list = dataclasses.field(default_factory=list)  # (bar, sentence)
    linked: int = 0        # frames whose whole chain and content is still in the file
    told: int = 0          # of these, those that are told whole
    orphans: int = 0       # frames told beyond these
    altered: int = 0       # fields that differ because their own bytes do
    misled: int = 0        # fields of another sound object, to which a changed reference leads
    names: list = dataclasses.field(default_factory=list)  # functions of the linked frames
    native: int = 0        # C frames of the sound core
    native_told: int = 0

    def miss(self, bar, sentence):
        self.misses.append((bar, sentence))


def judge(base, case, told):
    verdict = Verdict()
    damage = Ranges(case.damaged)
    lost = judge_frames(base, case, told, damage, verdict)
    lost = judge_native(base, case, told, damage, verdict) or lost
    lost = judge_threads(base, case, told, damage, verdict) or lost
    count_linked(base, case, told, damage, verdict)
    judge_silence(base, case, told, lost, verdict)
    return verdict


def judge_frames(base, case, told, damage, verdict):
    """Every told frame against the sound one of its address. Returns what was lost, as words, or None."""
    lost, seen = None, set()
    for thread in told.threads:
        place = None
        for frame in thread.python:
            address = case.added.get(frame["address"], frame["address"])
            sound = base.sound.get(address)
            if sound is None:
                verdict.miss("invented", "thread %d: %s" % (thread.tid, describe(frame)))
                continue
            if frame["address"] not in case.added:
                place = judge_order(base, thread, address, place, verdict)
                if address in seen:
                    verdict.miss("invented", "told twice: %s" % describe(frame))
                seen.add(address)
            lost = judge_fields(base, case, frame, sound, damage, verdict) or lost
    missing = [sound for address, sound in base.sound.items() if address not in seen]
    if missing:
        lost = "%d frames, such as %s" % (len(missing), describe(missing[0]))
    return lost


def describe(frame):
    return '%s in "%s", line %s (%s)' % (frame["function"], frame["file"], frame["line"], frame["address"])


def judge_order(base, thread, address, place, verdict):
    now = base.thread_of[address]
    if place is not None and (place[0] != now[0] or place[1] >= now[1]):
        verdict.miss("invented", "thread %d: %s out of order" % (thread.tid, describe(base.sound[address])))
    owner = base.told.threads[now[0]].tid
    if thread.tid not in (0, owner):
        verdict.miss("invented", "%s of thread %d is told of thread %d" %
                     (describe(base.sound[address]), owner, thread.tid))
    return now


def judge_fields(base, case, frame, sound, damage, verdict):
    lost = None
    for key in PYTHON_FIELDS:
        if frame[key] == sound[key]:
            continue
        touched = is_touched(base, content_of(base, sound["address"], key), damage)
        if touched and (frame[key] is not None or key not in TEXTS and case.in_place):
            verdict.altered += 1
        elif frame[key] is None:
            lost = "%s of %s" % (key, describe(sound))
        elif is_touched(base, references_of(base, sound["address"]), damage):
            verdict.misled += 1
        else:
            verdict.miss("invented", "%s is told as %r: %s" % (key, frame[key], describe(sound)))
    return lost


def content_of(base, address, key):
    """The places that a field of a frame is made of."""
    frame = base.frame_at[address]
    code = base.witness.codes[frame.code]
    return code.texts.get(key, []) if key in TEXTS else code.lines + frame.position


def references_of(base, address):
    """The words that lead to what is told of a frame; changed, they may lead to another sound object."""
    frame = base.frame_at[address]
    return [frame.reference] + base.witness.codes[frame.code].head


def is_touched(base, places, damage):
    return any(damage.touch(*part) for part in base.file_ranges(places))


def judge_native(base, case, told, damage, verdict):
    lost = None
    told_of = {thread.tid: thread for thread in told.threads}
    stacks = {tid: stack for tid, stack, _, _ in base.core.thread_notes()}
    for thread in base.told.threads:
        now = told_of[thread.tid].native if thread.tid in told_of else []
        verdict.native += len(thread.native)
        foreign = frames_beyond(now, thread.native)
        verdict.native_told += len(now) - len(foreign)
        damaged = stack_is_damaged(base, stacks.get(thread.tid), damage)
        if len(now) - len(foreign) < len(thread.native) and not (damaged and case.in_place):
            lost = "%d C frames of thread %d" % (len(thread.native) - len(now) + len(foreign), thread.tid)
        if foreign and not case.free_native and not damaged:
            verdict.miss("invented", "thread %d: C frame %s" % (thread.tid, foreign[0]))
        elif foreign:
            verdict.altered += len(foreign)
    return lost


def frames_beyond(now, sound):
    """Those of `now` that are no part of `sound` in its order; a name or module may be unknown."""
    beyond, i = [], 0
    for frame in now:
        found = next((j for j in range(i, len(sound)) if is_same(frame, sound[j])), None)
        if found is None:
            beyond.append(frame)
        else:
            i = found + 1
    return beyond


def is_same(frame, sound):
    """By its address; a module has several names, and its function may be unknown."""
    return frame[0] == sound[0] and frame[2] in (None, sound[2])


def stack_is_damaged(base, stack, damage):
    """The bytes of a C stack are what is told of it; so are the registers in the thread's note."""
    notes = [(note.content, note.size) for _, sp, _, note in base.core.thread_notes() if sp == stack]
    segment = next((s for s in base.core.loads if stack and s.address <= stack < s.address + s.file_size), None)
    if segment:
        notes.append((segment.offset + stack - segment.address, segment.address + segment.file_size - stack))
    return any(damage.touch(*part) for part in notes)


def judge_threads(base, case, told, damage, verdict):
    sound = {thread.tid: thread for thread in base.told.threads}
    lost = None
    notes = [(note.content, note.size) for _, _, _, note in base.core.thread_notes()]
    unknown = [thread for thread in told.threads if thread.tid and thread.tid not in sound]
    if len(unknown) > case.threads_added:
        if any(damage.touch(*part) for part in notes):
            verdict.altered += len(unknown)
        else:
            verdict.miss("invented", "thread %d" % unknown[0].tid)
    present = {thread.tid: thread for thread in told.threads}
    for tid, thread in sound.items():
        if tid not in present:
            lost = "thread %d" % tid
        elif thread.name and not present[tid].name:
            lost = "the name of thread %d" % tid
    return lost


def count_linked(base, case, told, damage, verdict):
    now = {frame["address"]: frame for thread in told.threads for frame in thread.python}
    expected = {}
    for thread in base.witness.threads:
        linked = is_whole(base, thread.links, damage)
        for frame in thread.frames:
            address = hex(frame.address)
            if address in base.sound:
                expected[address] = linked and is_whole(base, parts_of(base, frame), damage)
            linked = linked and is_whole(base, frame.links, damage)
    for copy, address in case.added.items():
        expected[copy] = expected.get(address, False)
    for address, linked in expected.items():
        sound, frame = base.sound[case.added.get(address, address)], now.get(address)
        whole = frame is not None and all(frame[key] == sound[key] for key in TEXTS + ("line",))
        verdict.linked += linked
        verdict.names += [sound["function"]] if linked else []
        verdict.told += linked and whole
        verdict.orphans += bool(frame) and not linked


def parts_of(base, frame):
    code = base.witness.codes[frame.code]
    texts = [place for places in code.texts.values() for place in places]
    return [frame.reference] + frame.position + code.head + texts + code.lines


def is_whole(base, places, damage):
    return not is_touched(base, places, damage)


def judge_silence(base, case, told, lost, verdict):
    if lost is None:
        return
    if case.ends_list and is_touched(base, base.witness.links(), Ranges(case.damaged)):
        verdict.misled += 1
    elif told.whole:
        verdict.miss("exit0", "exit status 0 without " + lost)
    elif told.status == 3 and not told.losses - base.told.losses:
        verdict.miss("silent", "not a word about " + lost)
