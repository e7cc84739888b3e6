# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Running Pythons for the tests of freezing, and what pycore says about them."""
import json
import os
import pathlib
import subprocess
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))

HANGS = """
import sys, threading, time
lock = threading.Lock()
def take(depth):
    if depth:
        return take(depth - 1)
    with lock:
        pass
class Sleeper:
    def nap(self):
        time.sleep(1e6)
lock.acquire()
for i in range(3):
    threading.Thread(target=take, args=(20,), name="w%d" % i, daemon=True).start()
time.sleep(0.2)
print("ready", flush=True)
Sleeper().nap()
"""

# Says after each second of work whether all its sums were right.
SPINS = """
import threading
def work():
    while True:
        if sum(range(1000)) != 499500 or "".join(map(str, range(20))) != "012345678910111213141516171819":
            print("WRONG", flush=True)
for i in range(2):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
work()
"""


def pycore(*arguments, **options):
    return subprocess.run([PYCORE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60, **options)


@pytest.fixture
def start(tmp_path):
    """start(python, program): a process that has said that it is ready."""
    started = []

    def begin(python, program):
        script = tmp_path / ("victim%d.py" % len(started))
        script.write_text(program)
        process = subprocess.Popen([python, str(script)], stdout=subprocess.PIPE, universal_newlines=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        wait_until_it_hangs_or_spins(process.pid)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def wait_until_it_hangs_or_spins(pid, seconds=20):
    """After its last print a process needs a moment of processor time to come to rest, which may be long in coming."""
    deadline = time.monotonic() + seconds
    first = before = None
    while time.monotonic() < deadline:
        now = stat_of_threads(pid)
        ticks = sum(int(fields[11]) + int(fields[12]) for fields in now)
        first = ticks if first is None else first
        at_rest = all(fields[0] in "SZ" for fields in now) and now == before
        if at_rest or ticks > first + 5:
            return
        before = now
        time.sleep(0.1)


def stat_of_threads(pid):
    """The fields of /proc/PID/task/*/stat from the state on, of the threads that have not ended meanwhile."""
    told = []
    for path in sorted(pathlib.Path("/proc/%d/task" % pid).glob("*/stat")):
        try:
            told.append(path.read_text().rpartition(") ")[2].split())
        except OSError:
            continue
    return told


def stacks_of(target):
    done = pycore("stacks", "--native=all", "--format=json", target)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told(document):
    """What all sources of one process must agree in."""
    keys = ("kind", "function", "qualname", "file", "line", "column", "pc")
    return [(thread["tid"], thread["name"], thread["wait"],
             [tuple(frame.get(key) for key in keys) for frame in thread["frames"]])
            for thread in document["threads"]]
