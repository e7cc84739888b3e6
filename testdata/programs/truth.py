# SPDX-License-Identifier: Apache-2.0
"""What a victim program says about itself just before it stops, written as JSON.

Used by every program in this folder; works on CPython 3.8 to 3.15 and needs nothing else.

    python3 hang_lock.py --truth /tmp/truth.json --lib /tmp/libvictim.so

A frame's truth is exact only if the thread still stands on the same instruction when the core is
taken. Other threads are watched until none of them moves. The telling thread calls `tell` and
its last function from one and the same call instruction:

    for step in teller.then(lock.acquire):
        step()
"""
import argparse
import functools
import json
import os
import sys
import threading
import time
from io import open  # the builtin is gone when an interpreter ends

from truth_frames import EXACT_FIELDS, describe_stack

SETTLED_SAMPLES = 4
SAMPLE_SECONDS = 0.02
GIVE_UP_SECONDS = 20.0


def arguments(**defaults):
    """Parses --truth, --lib and one option for each of `defaults` (its type is the default's)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--truth", required=True, help="where the truth is written")
    parser.add_argument("--lib", help="libvictim.so, the C side of the programs")
    parser.add_argument("--folder", help="a scratch folder, for sources made on the fly")
    for name, value in defaults.items():
        parser.add_argument("--" + name, type=type(value), default=value)
    return parser.parse_args()


def without_telling(frames):
    """The telling thread's frames up to the one that calls `tell` and then ends the program."""
    index = len(frames)
    while index and frames[index - 1]["file"] == __file__ and frames[index - 1]["function"] != "run":
        index -= 1
    return frames[:index]


def write_whole(path, truth):
    """Writes the file under its final name only when it is whole."""
    partial = path + ".partial"
    with open(partial, "wb") as output:  # no codec: this runs also while the interpreter ends
        output.write(json.dumps(truth, indent=1).encode("ascii"))
    os.rename(partial, path)


def task_ids():
    """Every thread of this process that the kernel knows."""
    return sorted(int(name) for name in os.listdir("/proc/self/task"))


def task_state(tid):
    """The kernel's one-letter state of a thread, "X" if it is gone."""
    try:
        with open("/proc/self/task/%d/stat" % tid, "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0].decode()
    except OSError:
        return "X"


class Teller:
    """Collects and writes the truth of this process once."""

    def __init__(self, options, expect=None):
        self.path = options.truth
        self.expect = dict(expect or {})
        self.busy_tids = set()      # these run C code without the GIL and never sleep
        self.native_ids = {}        # ident -> tid of threads that `threading` does not know
        self.exact = {}             # tid -> what can be trusted of its innermost frame, if not all
        self.may_begin = threading.Event()

    def note_this_thread(self):
        """Lets a thread that threading did not start be known by its tid."""
        self.native_ids[threading.get_ident()] = threading.get_native_id()

    def then(self, last_step, *arguments):
        """Two steps to be called from one call instruction: tell, and what ends the program."""
        if arguments:
            last_step = functools.partial(last_step, *arguments)
        return (self.tell, last_step)

    def busy(self, thread, fields):
        """A thread that never rests: of its innermost frame only `fields` can be trusted."""
        self.busy_tids.add(thread.native_id)
        self.exact[thread.native_id] = fields

    def go(self):
        """Lets a teller thread that was started with `wait` begin."""
        self.may_begin.set()

    def tell(self):
        """Waits until the other threads stand still, then writes the truth. A step of `then`."""
        self.wait_until_settled()
        write_whole(self.path, self.collect())

    def collect(self):
        """The whole truth as a dict."""
        return {"pid": os.getpid(), "version": sys.version, "version_info": list(sys.version_info),
                "executable": sys.executable, "threads": self.describe_threads(),
                "expect": self.expect}

    def describe_threads(self):
        """Every thread of the process: those with a Python stack first."""
        known = {thread.ident: thread for thread in threading.enumerate()}
        own, threads = threading.get_ident(), []
        for ident, frame in sys._current_frames().items():
            thread = known.get(ident)
            threads.append(self.describe_thread(ident, thread, frame, ident == own))
        seen = {thread["tid"] for thread in threads}
        threads.extend(self.describe_native_thread(tid) for tid in task_ids() if tid not in seen)
        return threads

    def describe_thread(self, ident, thread, frame, is_own):
        tid = thread.native_id if thread else self.native_ids.get(ident)
        frames = describe_stack(frame)
        if is_own:
            frames = without_telling(frames)
        if tid in self.exact and frames:
            frames[-1]["exact"] = self.exact[tid]
        return {"tid": tid, "ident": ident, "name": thread.name if thread else None,
                "main": thread is threading.main_thread(), "python": True, "frames": frames,
                "exact": EXACT_FIELDS}

    @staticmethod
    def describe_native_thread(tid):
        return {"tid": tid, "ident": None, "name": None, "main": False, "python": False,
                "frames": [], "exact": []}

    def wait_until_settled(self):
        """Returns when no other thread has moved for a few samples; says so if that never comes."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        last, unchanged = None, 0
        while unchanged < SETTLED_SAMPLES:
            if time.monotonic() > deadline:
                raise RuntimeError("threads of this process never came to rest")
            time.sleep(SAMPLE_SECONDS)
            sample = self.sample()
            unchanged = unchanged + 1 if sample is not None and sample == last else 0
            last = sample

    def sample(self):
        """Where every other thread stands, or None while one of them runs."""
        here = threading.get_native_id()
        for tid in task_ids():
            if tid != here and tid not in self.busy_tids and task_state(tid) not in "SX":
                return None
        moving = {thread.ident for thread in threading.enumerate()
                  if thread.native_id in self.busy_tids} | {threading.get_ident()}
        return {ident: (id(frame), frame.f_lasti)
                for ident, frame in sys._current_frames().items() if ident not in moving}


class TellerThread(threading.Thread):
    """Tells the truth about all other threads, and then rests in a lock."""

    def __init__(self, teller):
        threading.Thread.__init__(self, name="teller", daemon=True)
        self.teller = teller

    def run(self):
        rest = threading.Lock()
        rest.acquire()
        self.teller.may_begin.wait()
        for step in self.teller.then(rest.acquire):
            step()


def start_teller(options, expect=None, wait=False):
    """For programs whose threads all block: a thread of its own tells about them, at once or,
    with `wait`, after `go`."""
    teller = Teller(options, expect)
    if not wait:
        teller.go()
    thread = TellerThread(teller)
    thread.start()
    return teller


class InnerTeller:
    """Tells inside a second interpreter of the same thread, on top of what the first one told."""

    def __init__(self, outer_path, path):
        self.outer_path = outer_path
        self.path = path

    def then(self, last_step, *arguments):
        return (self.tell, functools.partial(last_step, *arguments))

    def tell(self):
        with open(self.outer_path, "rb") as outer:
            truth = json.loads(outer.read())
        frames = without_telling(describe_stack(sys._getframe()))
        truth["threads"].append({
            "tid": threading.get_native_id(), "ident": threading.get_ident(),
            "name": threading.current_thread().name, "main": None, "python": True,
            "inner": True, "frames": frames, "exact": EXACT_FIELDS})
        write_whole(self.path, truth)
