# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""A process, its snapshot and a gcore of it give the same answers: every query, every interpreter of this machine.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_freeze_everywhere.py
    python3 -m pytest tests/tools/test_freeze_everywhere.py --interpreters 'debian-sid-*'
"""
import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

import core_factory
import interpreters_floor
import pytest
import truth_reading
from live_victims import pycore, stat_of_threads, wait_until_it_hangs_or_spins

PYSTACK = core_factory.CACHE / "benchmark" / "pystack-venv" / "bin" / "pystack"
LIMIT_SECONDS = 120     # a victim whose test was killed does not stay for ever
QUERIES = {"stacks": ["--native=all"], "threads": [], "gil": [], "info": [], "modules": []}
EXERCISED = set()

HANGS = """
import threading, time
lock = threading.Lock()
lock.acquire()
def nested(depth):
    if depth:
        return nested(depth - 1)
    with lock:
        pass
def below_c():
    sorted([2, 1], key=lambda each: lock.acquire())
def generator():
    yield lock.acquire()
def below_a_generator():
    for each in generator():
        pass
async def inner():
    lock.acquire()
async def outer():
    await inner()
def below_a_coroutine():
    outer().send(None)
def with_a_timeout():
    threading.Event().wait(1e5)
class Sleeper:
    def nap(self):
        time.sleep(1e5)
for target in (lambda: nested(20), below_c, below_a_generator, below_a_coroutine, with_a_timeout):
    threading.Thread(target=target, daemon=True).start()
print("ready", flush=True)
Sleeper().nap()
"""

SPINS = """
import threading
lock = threading.Lock()
lock.acquire()
in_c_now = threading.Event()
def in_python():
    in_c_now.wait()
    print("ready", flush=True)
    while True:
        for i in range(100):
            str(i)
def in_c():
    in_c_now.set()
    while True:
        sorted(range(2000), key=lambda each: -each)
for target in (in_c, lock.acquire):
    threading.Thread(target=target, daemon=True).start()
in_python()
"""


def pytest_generate_tests(metafunc):
    if "interpreter" not in metafunc.fixturenames:
        return
    found = core_factory.list_interpreters(metafunc.config.getoption("interpreters"))
    everything = metafunc.config.getoption("selection") == "all" or metafunc.config.getoption("interpreters") != "*"
    chosen = found if everything else getattr(metafunc.function, "chosen", lambda all: all)(found)
    metafunc.parametrize("interpreter", chosen, ids=lambda interpreter: interpreter["name"])


def in_ci(choose):
    """Marks a test that meets these interpreters unless --selection all is asked for."""
    def mark(test):
        test.chosen = choose
        return test
    return mark


def one_of_each_version(interpreters):
    return list({tuple(each["version_info"][:2]): each for each in reversed(interpreters)}.values())


@pytest.fixture
def victim(interpreter, tmp_path):
    """victim(program): this interpreter's process, in its own root, that has come to where it hangs or spins."""
    with contextlib.ExitStack() as ended:

        def begin(program):
            script = tmp_path / "victim.py"
            script.write_text(program)
            environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", MALLOC_ARENA_MAX="1")   # small cores
            process = subprocess.Popen(
                [core_factory.INTERPRETERS_TOOL, "run", interpreter["name"], "--limit", str(LIMIT_SECONDS), "--bind",
                 tmp_path, "--", script], stdout=subprocess.PIPE, universal_newlines=True, env=environment)
            ended.callback(process.wait)
            ended.callback(process.kill)
            assert process.stdout.readline() == "ready\n"
            wait_until_it_hangs_or_spins(process.pid)
            return process

        yield begin


def wait_until_it_stands(pid):
    deadline = time.monotonic() + 20
    while {fields[0] for fields in stat_of_threads(pid)} != {"T"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gcore(interpreter, pid, folder):
    """By the gdb of the interpreter's own system, if this machine's is too old for it."""
    file = folder / "by-gdb.core"
    done = subprocess.run(
        [core_factory.INTERPRETERS_TOOL, "gdb", interpreter["name"], "--bind", folder, "--", "-nx", "-batch", "-iex",
         "set debuginfod enabled off", "-iex", "set auto-solib-add off", "-p", str(pid), "-ex", "gcore %s" % file],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, timeout=100)
    if not file.exists():
        pytest.skip("no gcore: " + done.stdout.decode(errors="replace").strip()[-300:])
    if core_factory.wrote_zeros(done.stdout):
        pytest.skip("gdb wrote zeros for thread stacks: it is too old for this glibc")
    return file


# Says who made the file and when, or what a gcore does not hold: names that threads have for the kernel, the signal that
# it stands for. Of a live process a module's file is found below /proc.
NOT_OF_THE_PROCESS = {"source", "diagnostics", "memory", "snapshot", "signal", "host", "os_name", "found"}


def without(value, unwanted):
    if isinstance(value, list):
        return [without(each, unwanted) for each in value]
    if isinstance(value, dict):
        return {key: without(each, unwanted) for key, each in value.items() if key not in unwanted}
    return value


def answers(target, options=()):
    told = {}
    for query, more in QUERIES.items():
        done = pycore(query, "--format=json", *more, *options, target)
        assert done.returncode in (0, 3), (query, done.stderr)
        told[query] = without(json.loads(done.stdout), NOT_OF_THE_PROCESS)
    return told


def first_difference(one, other, where=""):
    """`threads.2.frames.5.pc: "0x1" != "0x2"`, or "" """
    if type(one) is not type(other):
        return "%s: %r != %r" % (where, one, other)
    if isinstance(one, dict):
        one, other = sorted(one.items()), sorted(other.items())
        if [key for key, _ in one] != [key for key, _ in other]:
            return "%s: keys %s" % (where, sorted({key for key, _ in one} ^ {key for key, _ in other}))
        pairs = [(key, a, b) for (key, a), (_, b) in zip(one, other)]
    elif isinstance(one, list):
        if len(one) != len(other):
            return "%s: %d != %d: %.300r != %.300r" % (where, len(one), len(other), one, other)
        pairs = [(i, a, b) for i, (a, b) in enumerate(zip(one, other))]
    else:
        return "" if one == other else "%s: %r != %r" % (where, one, other)
    return next(filter(None, (first_difference(a, b, "%s.%s" % (where, key)) for key, a, b in pairs)), "")


def freeze(pid, file, *options):
    done = pycore("freeze", "--format=json", "--max-pause=5000", *options, "-o", file, pid)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"][0]


def all_agree(interpreter, process, folder, *options):
    """Asserts it, and returns the answers."""
    snapshot = folder / "snapshot.core.zst"
    live = answers(process.pid)
    freeze(process.pid, snapshot, *options)
    found = truth_reading.options(interpreter)
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        told = beside.submit(answers, snapshot, found)
        core = gcore(interpreter, process.pid, folder)
        told, of_core = told.result(), answers(core, found)
    assert not first_difference(live, told), "process and snapshot"
    assert not first_difference(told, of_core), "snapshot and gcore"
    return told


def functions_of(document):
    return {frame["function"] for thread in document["threads"] for frame in thread["frames"]
            if frame["kind"] == "python"}


def test_a_hanging_process_its_snapshot_and_a_gcore_answer_alike(interpreter, victim, tmp_path):
    told = all_agree(interpreter, victim(HANGS), tmp_path)
    assert functions_of(told["stacks"]) >= {"nested", "below_c", "<lambda>", "generator", "below_a_generator", "inner",
                                            "outer", "below_a_coroutine", "wait", "with_a_timeout", "nap"}
    assert len(told["stacks"]["threads"]) == 6
    assert told["stacks"]["completeness"] == "complete"
    EXERCISED.add(interpreter["name"])


@in_ci(lambda interpreters: interpreters[::3])
def test_a_process_that_was_stopped_amid_its_work_its_snapshot_and_a_gcore_answer_alike(interpreter, victim, tmp_path):
    process = victim(SPINS)
    frozen = freeze(process.pid, tmp_path / "running.core.zst")
    assert frozen["consistency"] == "stopped"
    running = pycore("stacks", "--format=json", *truth_reading.options(interpreter), tmp_path / "running.core.zst")
    assert functions_of(json.loads(running.stdout)) >= {"in_python", "in_c"}
    process.send_signal(signal.SIGSTOP)
    wait_until_it_stands(process.pid)
    all_agree(interpreter, process, tmp_path, "--stop=always")


def executable_of(interpreter):
    """The file that other readers of cores ask for."""
    loader = interpreter["command"][0] if len(interpreter["command"]) > 1 else None
    return loader or (interpreter["root"] or "") + interpreter["executable"]


def lines_of(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=100, universal_newlines=True, errors="replace")
    return done.stdout.splitlines()


def gdb_tells(interpreter, core):
    root = interpreter["root"]
    in_root = ["-iex", "set sysroot " + root, "-iex", "set debug-file-directory %s/usr/lib/debug" % root] if root else []
    lines = lines_of("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set auto-load no", *in_root,
                     "-ex", "thread apply all bt", executable_of(interpreter), core)
    told = re.split(r"^Thread \d+ .*LWP (\d+)", "\n".join(lines), flags=re.MULTILINE)[1:]
    # Functions only: their arguments are of the heap, which a snapshot does not hold.
    return {tid: re.findall(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\S+)", text, re.MULTILINE)
            for tid, text in zip(told[::2], told[1::2])}


def eu_stack_tells(interpreter, core):
    if interpreter["root"]:
        return None     # it looks for the files in this machine's root only
    lines = lines_of("eu-stack", "--core", core, "--executable", executable_of(interpreter))
    return by_thread(line for line in lines if line.startswith(("TID", "#")))


def pystack_tells(interpreter, core):
    roots = ["--lib-search-root", interpreter["root"]] if interpreter["root"] else []
    lines = lines_of(PYSTACK, "core", "--no-color", "--native", *roots, core, executable_of(interpreter))
    return by_thread(line for line in lines if line.startswith(("Traceback", "  ")))


def by_thread(lines):
    """{the head of a thread: its lines}; the order of threads is the core's."""
    told = {}
    for line in lines:
        if line.startswith(("TID", "Traceback")):
            told[line] = below = []
        elif told:
            below.append(line)
    return told


OTHER_READERS = {"gdb": (gdb_tells, shutil.which("gdb")), "eu-stack": (eu_stack_tells, shutil.which("eu-stack")),
                 "pystack": (pystack_tells, PYSTACK.exists())}


@in_ci(one_of_each_version)
def test_other_readers_tell_of_the_plain_core_what_they_tell_of_a_gcore(interpreter, victim, tmp_path):
    process = victim(HANGS)
    snapshot, plain = tmp_path / "snapshot.core.zst", tmp_path / "plain.core"
    freeze(process.pid, snapshot)
    assert pycore("thaw", "-o", plain, snapshot).returncode == 0
    core = gcore(interpreter, process.pid, tmp_path)
    missing = [name for name, (_, is_here) in OTHER_READERS.items() if not is_here]
    for name, (tells, is_here) in OTHER_READERS.items():
        if not is_here:
            continue
        told, expected = tells(interpreter, plain), tells(interpreter, core)
        assert not first_difference(told, expected), name
        assert expected is None or (len(expected) == 6 and all(expected.values())), (name, expected)
    if missing:
        pytest.skip("not installed (tests/benchmark/bench installs pystack): " + ", ".join(missing))


def test_enough_interpreters_answered_alike(pytestconfig):
    """Fails when a source that this machine offers gave too little; see interpreters_floor.txt."""
    if any(pytestconfig.getoption(name) not in ("*", "") for name in ("interpreters", "keyword")):
        pytest.skip("only a part was asked for")
    assert not interpreters_floor.missing(EXERCISED)
