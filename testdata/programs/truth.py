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
import itertools
import json
import os
import sys
import threading
import time

SETTLED_SAMPLES = 4
SAMPLE_SECONDS = 0.02
GIVE_UP_SECONDS = 20.0
EXACT_FIELDS = ["function", "qualname", "file", "line", "column", "end_line", "end_column"]


def arguments(**defaults):
    """Parses --truth, --lib and one option for each of `defaults` (its type is the default's)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--truth", required=True, help="where the truth is written")
    parser.add_argument("--lib", help="libvictim.so, the C side of the programs")
    parser.add_argument("--folder", help="a scratch folder, for sources made on the fly")
    for name, value in defaults.items():
        parser.add_argument("--" + name, type=type(value), default=value)
    return parser.parse_args()


def describe_frame(frame):
    """One frame object as a dict; unknown is None."""
    code = frame.f_code
    line, column, end_line, end_column = frame.f_lineno, None, None, None
    if hasattr(code, "co_positions"):
        line, end_line, column, end_column = position_of(code, frame.f_lasti, line)
    return {"function": code.co_name, "qualname": getattr(code, "co_qualname", None),
            "file": code.co_filename, "line": line, "column": column,
            "end_line": end_line, "end_column": end_column}


def position_of(code, last_instruction, line):
    """The positions of one instruction, or only its line where the code keeps no columns."""
    index = max(last_instruction, 0) // 2
    for position in itertools.islice(code.co_positions(), index, index + 1):
        return position[0], position[1], position[2], position[3]
    return line, None, None, None


def describe_stack(frame, skip_file=None):
    """Frames of a stack, most recent call last, without innermost frames of `skip_file`."""
    while skip_file and frame is not None and frame.f_code.co_filename == skip_file:
        frame = frame.f_back
    frames = []
    while frame is not None:
        frames.append(describe_frame(frame))
        frame = frame.f_back
    frames.reverse()
    return frames


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
        self.exact = {}             # tid -> fields that can be trusted, where not all can
        self.extra_threads = []     # threads that this interpreter cannot see
        self.before_write = None    # called just before the truth is collected

    def note_this_thread(self):
        """Lets a thread that threading did not start be known by its tid."""
        self.native_ids[threading.get_ident()] = threading.get_native_id()

    def then(self, last_step, *arguments):
        """Two steps to be called from one call instruction: tell, and what ends the program."""
        if arguments:
            last_step = functools.partial(last_step, *arguments)
        return (self.tell, last_step)

    def tell(self):
        """Waits until the other threads stand still, then writes the truth. A step of `then`."""
        self.wait_until_settled()
        if self.before_write is not None:
            self.before_write()
        self.write(self.collect())

    def collect(self):
        """The whole truth as a dict."""
        return {"pid": os.getpid(), "version": sys.version, "version_info": list(sys.version_info),
                "executable": sys.executable, "threads": self.describe_threads(),
                "expect": self.expect}

    def describe_threads(self):
        names = {thread.ident: thread for thread in threading.enumerate()}
        threads, seen = [], set()
        for ident, frame in sys._current_frames().items():
            thread = names.get(ident)
            tid = thread.native_id if thread else self.native_ids.get(ident)
            if tid is None:
                tid = self.native_ids.get(ident)
            skip = __file__ if ident == threading.get_ident() and not self.is_own_thread() else None
            threads.append(self.describe_thread(ident, tid, thread, describe_stack_of(frame, skip)))
            seen.add(tid)
        threads.extend(self.extra_threads)
        seen.update(thread["tid"] for thread in self.extra_threads)
        threads.extend(self.describe_native_thread(tid) for tid in task_ids() if tid not in seen)
        return threads

    def describe_thread(self, ident, tid, thread, frames):
        return {"tid": tid, "ident": ident, "name": thread.name if thread else None,
                "main": thread is threading.main_thread(), "python": True, "frames": frames,
                "exact": self.exact.get(tid, EXACT_FIELDS)}

    @staticmethod
    def describe_native_thread(tid):
        return {"tid": tid, "ident": None, "name": None, "main": False, "python": False,
                "frames": [], "exact": []}

    @staticmethod
    def is_own_thread():
        return isinstance(threading.current_thread(), TellerThread)

    def write(self, truth):
        """Writes the file under its final name only when it is whole."""
        partial = self.path + ".partial"
        with open(partial, "w", encoding="ascii") as output:
            json.dump(truth, output, indent=1)
        os.rename(partial, self.path)

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
        own = threading.get_ident()
        return {ident: (id(frame), frame.f_lasti)
                for ident, frame in sys._current_frames().items() if ident != own}


def describe_stack_of(frame, skip_file):
    """Frames of one thread; with `skip_file`, what lies above the call of `tell` is left out."""
    if skip_file is None:
        return describe_stack(innermost_own_step(frame))
    return describe_stack(frame, skip_file)


def innermost_own_step(frame):
    """The teller thread's frame that calls `tell`; any other thread's innermost frame."""
    candidate = frame
    while candidate is not None:
        if candidate.f_code is TellerThread.run.__code__:
            return candidate
        candidate = candidate.f_back
    return frame


class TellerThread(threading.Thread):
    """Tells the truth about all other threads, and then rests in a lock."""

    def __init__(self, teller):
        threading.Thread.__init__(self, name="teller", daemon=True)
        self.teller = teller

    def run(self):
        rest = threading.Lock()
        rest.acquire()
        for step in self.teller.then(rest.acquire):
            step()


def start_teller(options, expect=None):
    """For programs whose threads all block: a thread of its own tells about them."""
    teller = Teller(options, expect)
    thread = TellerThread(teller)
    teller.thread = thread
    thread.start()
    return teller
