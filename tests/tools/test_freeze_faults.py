# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Freezing while things go wrong: the freezer dies, threads come and go, programs and files are replaced, files hang.

    python3 -m pytest tests/tools/test_freeze_faults.py            # short, as in CI
    python3 -m pytest tests/tools/test_freeze_faults.py --long     # 200 killed freezers and more of everything
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import pytest

from live_victims import CHECKOUT, HANGS, PYCORE, SPINS, pycore, stacks_of, start, stat_of_threads, wait_until_it_hangs_or_spins  # noqa: F401

THREADS_COME_AND_GO = """
import threading
def brief():
    sum(range(200))
print("ready", flush=True)
while True:
    threads = [threading.Thread(target=brief) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""

FIRST_THREAD_ENDS = """
import ctypes, threading, time
def work():
    print("ready", flush=True)
    time.sleep(1e6)
threading.Thread(target=work).start()
time.sleep(0.2)
ctypes.CDLL(None).syscall(60, 0)
"""

BECOMES_ITSELF_AGAIN = """
import os, sys, threading
if len(sys.argv) == 1:
    print("ready", flush=True)
threading.Thread(target=sum, args=(range(100000),), daemon=True).start()
sum(range(20000))
os.execv(sys.executable, [sys.executable, sys.argv[0], "again"])
"""

MANY_THREADS = """
import threading, time
threading.stack_size(256 * 1024)
lock = threading.Lock()
lock.acquire()
for i in range(1000):
    threading.Thread(target=lock.acquire, daemon=True).start()
print("ready", flush=True)
time.sleep(1e6)
"""

LOADS = """
import ctypes, os, sys, time
library = ctypes.CDLL(%r)
if %r: os.unlink(%r)
print("ready", flush=True)
time.sleep(1e6)
"""

HANGS_IN_C = """
#include <unistd.h>
static __attribute__((noinline)) void waits_here(void)
{
    for (;;) pause();
}

void hang(void) { waits_here(); for (;;) pause(); }
"""

MAPS_AND_UNMAPS = """
import ctypes, mmap, threading
close = ctypes.CDLL(None).dlclose
close.argtypes = [ctypes.c_void_p]
def loads():
    while True:
        close(ctypes.CDLL(%r)._handle)
def maps():
    while True:
        with mmap.mmap(-1, 1 << 20) as memory:
            memory[:4] = b"data"
def grows():
    while True:
        [[i] for i in range(20000)]
def brief(depth):
    return brief(depth - 1) if depth else sum(range(2000))
def starts():
    number = 0
    while True:
        number += 1
        threading.stack_size(65536 * (1 + number %% 30))
        threads = [threading.Thread(target=brief, args=(20,)) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
for work in (loads, maps, grows):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
starts()
"""

PAUSES_32 = """
.globl _start
_start: mov $29, %eax
        int $0x80
        jmp _start
"""


@pytest.fixture
def times(request):
    """times(short, long): how often to do something."""
    return lambda short, long: long if request.config.getoption("--long") else short


def small_library():
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if "libz.so" in line or "libm.so" in line)


def states_of(process):
    return {fields[0] for fields in stat_of_threads(process.pid)}


def test_a_process_does_its_sums_right_however_often_its_freezer_is_killed(start, tmp_path, times):  # noqa: F811
    process = start(sys.executable, SPINS)
    chance = random.Random(2)
    for _ in range(times(25, 200)):
        freezer = subprocess.Popen([PYCORE, "freeze", "--stop=always", "--max-pause=500", "-o", tmp_path / "a",
                                    str(process.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 0.15)
        freezer.kill()
        freezer.wait()
    time.sleep(0.5)
    assert process.poll() is None
    assert not states_of(process) & set("tT")
    process.kill()
    assert "WRONG" not in process.stdout.read()


def test_threads_that_come_and_go_are_no_obstacle(start, tmp_path, times):  # noqa: F811
    process = start(sys.executable, THREADS_COME_AND_GO)
    for _ in range(times(5, 50)):
        done = pycore("freeze", "--max-pause=5000", "-o", tmp_path / "a.core", process.pid)
        assert done.returncode in (0, 3), done.stderr
        read = pycore("stacks", "--format=json", tmp_path / "a.core")
        assert read.returncode in (0, 3) and json.loads(read.stdout)["threads"]
    assert process.poll() is None


def test_a_process_that_maps_and_unmaps_all_the_time_is_told_by_mappings_of_its_stop(start, tmp_path, times):  # noqa: F811
    library = str(tmp_path / "libagain.so")
    shutil.copy(small_library(), library)
    process = start(sys.executable, MAPS_AND_UNMAPS % library)
    wholly = 0
    for round in range(times(8, 80)):
        how = "--stop=" + ("auto", "always")[round % 2]
        done = pycore("freeze", how, "--max-pause=5000", "-o", tmp_path / "a.core", process.pid)
        assert done.returncode in (0, 3), done.stderr
        read = pycore("stacks", "--format=json", "--native=none", tmp_path / "a.core")
        document = json.loads(read.stdout)
        wholly += document["completeness"] == "complete"
        functions = {frame["function"] for thread in document["threads"] for frame in thread["frames"]}
        assert {"loads", "maps", "grows", "starts"} <= functions
    assert wholly >= times(8, 80) / 2
    assert process.poll() is None


def test_a_process_lives_as_long_as_one_of_its_threads(start, tmp_path):  # noqa: F811
    process = start(sys.executable, FIRST_THREAD_ENDS)
    while "Z" not in states_of(process):
        time.sleep(0.05)
    for how in ("auto", "always"):
        done = pycore("freeze", "--stop=" + how, "-o", tmp_path / "a.core", process.pid)
        assert done.returncode == 0, done.stderr
        read = pycore("stacks", "--format=json", tmp_path / "a.core")
        assert "belongs to no thread" in read.stderr        # what the ended thread left in Python
        threads = json.loads(read.stdout)["threads"]
        assert "work" in [frame["function"] for frame in threads[1]["frames"]]
    doctor = pycore("doctor", process.pid).stdout
    assert "can be read" in doctor and "can be stopped" in doctor


def test_a_process_that_becomes_another_program_meanwhile_gets_a_file_or_a_sentence(start, tmp_path, times):  # noqa: F811
    process = start(sys.executable, BECOMES_ITSELF_AGAIN)
    for _ in range(times(8, 80)):
        done = pycore("freeze", "--stop=always", "--max-pause=5000", "-o", tmp_path / "a.core", process.pid)
        assert done.returncode in (0, 1, 3), done.stderr
        assert done.returncode != 1 or done.stderr.count("\n") == 1
    assert process.poll() is None


def test_a_thousand_threads_are_frozen(start, tmp_path):  # noqa: F811
    process = start(sys.executable, MANY_THREADS)
    for how in ("auto", "always"):
        done = pycore("freeze", "--stop=" + how, "--max-pause=20000", "-o", tmp_path / "a.core.zst", process.pid)
        assert done.returncode == 0, done.stderr
        assert len(stacks_of(tmp_path / "a.core.zst")["threads"]) == 1001


def test_a_file_system_that_hangs_does_not_hang_the_freezer(tmp_path):
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        pytest.skip("mounting needs root and /dev/fuse")
    done = subprocess.run(["unshare", "-m", sys.executable, CHECKOUT / "tests" / "tools" / "frozen_on_hung_mount.py",
                           PYCORE, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                          universal_newlines=True)
    if done.returncode == 77:
        pytest.skip("no file system can be mounted here: " + done.stderr.strip())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["status"] in (0, 3) and told["seconds"] < 30
    assert "do not answer" in told["stderr"]
    frames = [frame["function"] for thread in told["stacks"]["threads"] for frame in thread["frames"]]
    assert "stuck" in frames


def module_named(target, name):
    document = json.loads(pycore("modules", "--format=json", target).stdout)
    return next(module for module in document["modules"] if name in module["path"])


def test_a_library_that_was_deleted_is_read_all_the_same(start, tmp_path):  # noqa: F811
    if os.geteuid() != 0:
        pytest.skip("files without a name are opened by root only")
    library = str(tmp_path / "libgone.so")
    shutil.copy(small_library(), library)
    process = start(sys.executable, LOADS % (library, True, library))
    assert module_named(process.pid, "libgone")["match"] == "build_id"
    done = pycore("freeze", "--bundle", "-o", tmp_path / "b.tar", process.pid)
    assert done.returncode == 0, done.stderr
    process.kill()
    process.wait()
    assert module_named(tmp_path / "b.tar", "libgone")["match"] == "build_id"


def test_a_library_that_only_the_process_can_see_is_found(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    program = tmp_path / "program.py"
    inside = tmp_path / "inside"
    inside.mkdir()
    library = inside / "libinside.so"
    program.write_text(LOADS % (str(library), False, ""))
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs none %s && cp %s %s && exec %s %s" % (
            inside, small_library(), library, sys.executable, program)],
        stdout=subprocess.PIPE, universal_newlines=True)
    try:
        if process.stdout.readline() != "ready\n":
            pytest.skip("nothing can be mounted here")
        assert not library.exists()
        module = module_named(process.pid, "libinside")
        assert module["match"] == "build_id" and module["found"].startswith("/proc/")
    finally:
        process.kill()
        process.wait()


def run_hidden(tmp_path, inside, copies):
    """A Python that hangs in libhidden.so; library and debug file are in a file system that only it sees."""
    source, library, debug = tmp_path / "hidden.c", tmp_path / "libhidden.so", tmp_path / "hidden.debug"
    source.write_text(HANGS_IN_C)
    for command in (["cc", "-g", "-O1", "-shared", "-fPIC", "-Wl,--build-id", "-o", library, source],
                    ["objcopy", "--only-keep-debug", library, debug],
                    ["objcopy", "--strip-unneeded", "--add-gnu-debuglink=" + str(debug), library]):
        subprocess.run(command, check=True)
    notes = subprocess.run(["readelf", "-n", library], stdout=subprocess.PIPE, universal_newlines=True).stdout
    build_id = notes.split("Build ID:")[1].split()[0]
    program = tmp_path / "program.py"
    program.write_text("import ctypes\nlibrary = ctypes.CDLL(%r)\nprint('ready', flush=True)\nlibrary.hang()\n" %
                       str(inside / "libhidden.so"))
    script = " && ".join(["mount -t tmpfs none " + str(copies[0]), "mkdir -p " + str(inside),
                          "mv %s %s/libhidden.so" % (library, inside),
                          "mkdir -p " + os.path.dirname(copies[1] % {"id": build_id[:2], "rest": build_id[2:]}),
                          "mv %s %s" % (debug, copies[1] % {"id": build_id[:2], "rest": build_id[2:]}),
                          "exec %s %s" % (sys.executable, program)])
    return subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE, universal_newlines=True)


@pytest.mark.parametrize("place", [".debug", "/usr/lib/debug"])
def test_debug_files_that_only_the_process_can_see_are_used(place, tmp_path):
    if os.geteuid() != 0 or not shutil.which("objcopy"):
        pytest.skip("mounting needs root, and the files binutils")
    (tmp_path / "inside").mkdir()
    if place == ".debug":
        where = (tmp_path / "inside", tmp_path / "inside", str(tmp_path / "inside/.debug/hidden.debug"))
    elif os.path.isdir(place):
        where = (place, pathlib.Path(place), place + "/.build-id/%(id)s/%(rest)s.debug")
    else:
        pytest.skip("there is no %s to mount at" % place)
    process = run_hidden(tmp_path, where[1], (where[0], where[2]))
    try:
        if process.stdout.readline() != "ready\n":
            pytest.skip("nothing can be mounted here")
        wait_until_it_hangs_or_spins(process.pid)
        told = {"live": hidden_frames(process.pid)}
        assert pycore("freeze", "-o", tmp_path / "a.core.zst", process.pid).returncode == 0
        # Who is confined by Landlock may not go through another process's root.
        told["snapshot"] = hidden_frames("--no-sandbox", "--sysroot", "/proc/%d/root" % process.pid,
                                         tmp_path / "a.core.zst")
        assert pycore("freeze", "--bundle", "-o", tmp_path / "b.tar.zst", process.pid).returncode == 0
    finally:
        process.kill()
        process.wait()
    told["bundle"] = hidden_frames(tmp_path / "b.tar.zst")
    for source, frames in told.items():
        assert frames == [("hang", 8), ("waits_here", 5)], source


def hidden_frames(*target):
    done = pycore("stacks", "--format=json", *target)
    frames = json.loads(done.stdout)["threads"][0]["frames"]
    return [(frame["function"], frame["line"]) for frame in frames if str(frame["file"]).endswith("hidden.c")]


def test_a_32_bit_process_gets_one_sentence(tmp_path):
    source, program = tmp_path / "pause.s", tmp_path / "pause"
    source.write_text(PAUSES_32)
    if not shutil.which("as") or not shutil.which("ld"):
        pytest.skip("binutils are not installed")
    subprocess.run(["as", "--32", "-o", tmp_path / "pause.o", source], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-o", program, tmp_path / "pause.o"], check=True)
    try:
        process = subprocess.Popen([program])
    except OSError:
        pytest.skip("this kernel runs no 32-bit programs")
    try:
        time.sleep(0.2)
        if process.poll() is not None:
            pytest.skip("this kernel runs no 32-bit programs")
        done = pycore("freeze", "-o", tmp_path / "a", process.pid)
        assert done.returncode == 1
        assert "64-bit" in done.stderr and done.stderr.count("\n") == 1
    finally:
        process.kill()
        process.wait()
