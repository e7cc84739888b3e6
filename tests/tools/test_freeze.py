# SPDX-License-Identifier: Apache-2.0
"""`pycore freeze PID`, and every query on a running process: real interpreters that hang or spin.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_freeze.py
"""
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest

from live_victims import CHECKOUT, HANGS, PYCORE, SPINS, pycore, stacks_of, start, told  # noqa: F401

sys.path.insert(0, str(CHECKOUT / "tests" / "support"))

def interpreters():
    """Those that can be started here: a live process needs no other set-up."""
    found = {"system": shutil.which("python3", path="/usr/bin")}
    versions = pathlib.Path.home() / ".pyenv" / "versions"
    for folder in sorted(versions.glob("3.*")):
        found["pyenv-" + folder.name] = str(folder / "bin" / "python")
    return {name: path for name, path in found.items()
            if path and tuple(map(int, version_of(path).split(".")[:2])) >= (3, 8)}


def version_of(python):
    return subprocess.run([python, "-c", "import platform; print(platform.python_version())"],
                          stdout=subprocess.PIPE, universal_newlines=True).stdout.strip() or "0.0"


@pytest.mark.parametrize("name", interpreters())
def test_a_hanging_process_is_frozen_without_a_stop_and_tells_what_a_gcore_of_it_tells(name, start, tmp_path):
    if not shutil.which("gcore"):
        pytest.skip("gcore is not installed")
    process = start(interpreters()[name], HANGS)
    answers = {"live": told(stacks_of(process.pid))}
    for how in ("auto", "always"):
        file = tmp_path / (how + ".core.zst")
        done = pycore("freeze", "--format=json", "--stop=" + how, "--max-pause=1000", "-o", file, process.pid)
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)["results"][0]
        assert result["consistency"] == {"auto": "quiescent", "always": "stopped"}[how]
        assert (result["pause_ns"] == 0) == (how == "auto")
        assert result["bytes"] == file.stat().st_size < 2_000_000
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        answers[how] = told(stacks_of(file))
    subprocess.run(["gcore", "-o", str(tmp_path / "core"), str(process.pid)], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    expected = told(stacks_of(tmp_path / ("core.%d" % process.pid)))
    assert expected[0][3], "the gcore tells no frames"
    for source, answer in answers.items():
        assert answer == expected, source


def test_gdb_and_elfutils_read_the_file(start, tmp_path):
    process = start("/usr/bin/python3", HANGS)
    file = tmp_path / "a.core"
    assert pycore("freeze", "-o", file, process.pid).returncode == 0
    threads = {str(thread["tid"]) for thread in stacks_of(file)["threads"]}
    if not shutil.which("eu-stack") or not shutil.which("gdb"):
        pytest.skip("eu-stack or gdb is not installed")
    stack = subprocess.run(["eu-stack", "--core", file], stdout=subprocess.PIPE, universal_newlines=True).stdout
    assert {line.split()[1].rstrip(":") for line in stack.splitlines() if line.startswith("TID")} == threads
    assert "clock_nanosleep" in stack or "select" in stack
    gdb = subprocess.run(["gdb", "-batch", "-nx", "-iex", "set debuginfod enabled off", "-ex", "bt", "/usr/bin/python3", file],
                         stdout=subprocess.PIPE, universal_newlines=True).stdout
    assert "_PyEval_EvalFrameDefault" in gdb and "Py_BytesMain" in gdb


def test_where_c_stacks_need_registers_the_process_is_stopped_for_them(start, tmp_path):
    cache = pathlib.Path(os.environ.get("PYCORE_CACHE") or pathlib.Path.home() / ".cache" / "pycore")
    found = sorted(cache.glob("interpreters/uv-3.14*/python/bin/python3"))
    if not found or not shutil.which("gcore"):
        pytest.skip("no Python with frame pointers is here, or no gcore")
    process = start(str(found[0]), HANGS)
    done = pycore("freeze", "--format=json", "-o", tmp_path / "a", process.pid)
    assert json.loads(done.stdout)["results"][0]["consistency"] == "stopped"
    left_alone = pycore("freeze", "--stop=never", "-o", tmp_path / "b", process.pid)
    assert left_alone.returncode in (0, 3)
    assert "C stacks may lack frames" in pycore("stacks", tmp_path / "b").stderr
    subprocess.run(["gcore", "-o", str(tmp_path / "core"), str(process.pid)], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    expected = told(stacks_of(tmp_path / ("core.%d" % process.pid)))
    assert told(stacks_of(tmp_path / "a")) == expected
    modules = [frame.get("module") for thread in stacks_of(tmp_path / "a")["threads"] for frame in thread["frames"]
               if frame["kind"] == "python"]
    assert "threading" in modules


def take_back_file_pages(pid):
    """What the kernel does to a process that sleeps while memory is short: its pages of files are not in memory."""
    class Range(ctypes.Structure):
        _fields_ = [("begin", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    libc, pidfd_open, process_madvise, page_out = ctypes.CDLL(None, use_errno=True), 434, 440, 21
    descriptor = libc.syscall(pidfd_open, pid, 0)
    taken = 0
    for line in pathlib.Path("/proc/%d/maps" % pid).read_text().splitlines():
        words = line.split()
        if len(words) > 5 and words[5].startswith("/"):
            begin, end = (int(word, 16) for word in words[0].split("-"))
            done = libc.syscall(process_madvise, descriptor, ctypes.byref(Range(begin, end - begin)), 1, page_out, 0)
            taken += max(done, 0)
    if descriptor >= 0:
        os.close(descriptor)
    return taken


def test_a_process_whose_file_pages_the_kernel_took_back_is_told_as_before(start, tmp_path):
    # A copy, as pages that other processes have, too, are left to them.
    python = shutil.copy(os.path.realpath("/usr/bin/python3"), tmp_path / "python3")
    process = start(str(python), HANGS)
    before = told(stacks_of(process.pid))
    if take_back_file_pages(process.pid) == 0:
        pytest.skip("the kernel does not let us take pages from another process")
    assert told(stacks_of(process.pid)) == before
    take_back_file_pages(process.pid)
    assert pycore("freeze", "-o", tmp_path / "a.core.zst", process.pid).returncode == 0
    assert told(stacks_of(tmp_path / "a.core.zst")) == before


def test_every_query_answers_about_a_running_process(start):
    process = start(sys.executable, HANGS)
    for query in ("stacks", "threads", "gil", "info", "modules"):
        done = pycore(query, process.pid)
        assert done.returncode == 0, (query, done.stderr)
        assert done.stdout
    assert pycore("threads", "--pid", process.pid).returncode == 0


def test_the_answer_follows_its_schema(start, tmp_path):
    schemas = pytest.importorskip("schemas", reason="python3-jsonschema is not installed")
    process = start(sys.executable, HANGS)
    done = pycore("freeze", "--format=json", "-o", tmp_path / "a", process.pid)
    schemas.validate(json.loads(done.stdout))
    refused = pycore("freeze", "--format=json", "-o", tmp_path / "no" / "a", process.pid)
    assert refused.returncode == 1
    schemas.validate(json.loads(refused.stdout))


def test_a_spinning_process_is_stopped_once_and_runs_on(start, tmp_path):
    process = start(sys.executable, SPINS)
    done = pycore("freeze", "--format=json", "--max-pause=5000", "-o", tmp_path / "a.core", process.pid)
    result = json.loads(done.stdout)["results"][0]
    assert result["consistency"] == "stopped" and result["pause_ns"] > 0
    document = stacks_of(tmp_path / "a.core")
    assert sum(thread["holds_gil"] for thread in document["threads"]) <= 1
    assert all(any(frame["function"] == "work" for frame in thread["frames"]) for thread in document["threads"])
    assert process.poll() is None


def test_a_pause_that_is_too_short_gives_what_was_read_and_says_so(start, tmp_path):
    process = start(sys.executable, SPINS)
    done = pycore("freeze", "--max-pause=0", "--stop=always", "-o", tmp_path / "a.core", process.pid)
    assert done.returncode == 3
    assert "not enough" in done.stdout
    assert process.poll() is None


def test_a_snapshot_that_is_not_of_one_instant_is_not_told_as_complete(start, tmp_path):
    process = start(sys.executable, SPINS)
    done = pycore("freeze", "--format=json", "--stop=never", "-o", tmp_path / "a.core", process.pid)
    assert done.returncode == 3
    assert json.loads(done.stdout)["results"][0]["consistency"] == "partial"
    read = pycore("stacks", "--format=json", tmp_path / "a.core")
    assert read.returncode == 3 and json.loads(read.stdout)["completeness"] == "partial"
    assert "not of one instant: its threads ran" in read.stderr


def test_a_freezer_that_is_killed_at_any_moment_leaves_the_process_running(start, tmp_path):
    process = start(sys.executable, SPINS)
    chance = random.Random(1)
    for _ in range(40):
        freezer = subprocess.Popen([PYCORE, "freeze", "--stop=always", "-o", str(tmp_path / "a"), str(process.pid)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 0.08)
        freezer.kill()
        freezer.wait()
    time.sleep(0.5)
    assert process.poll() is None
    states = [(task / "stat").read_text().rpartition(") ")[2][0]
              for task in pathlib.Path("/proc/%d/task" % process.pid).iterdir()]
    assert not set(states) & set("tT"), states
    process.kill()
    assert "WRONG" not in process.stdout.read()


def test_a_stopped_process_stays_stopped(start, tmp_path):
    process = start(sys.executable, SPINS)
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    for how in ("auto", "always"):
        assert pycore("freeze", "--stop=" + how, "--max-pause=1000", "-o", tmp_path / "a", process.pid).returncode == 0
        time.sleep(0.1)
        assert pathlib.Path("/proc/%d/stat" % process.pid).read_text().rpartition(") ")[2][0] == "T"
    process.send_signal(signal.SIGCONT)


def test_a_full_disk_leaves_no_half_file(start, tmp_path):
    import resource

    process = start(sys.executable, HANGS)
    done = pycore("freeze", "-o", tmp_path / "a.core", process.pid,
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert done.returncode == 1
    assert "a.core" in done.stderr and done.stderr.count("\n") == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("a.core")]


ENDED = []  # kept, because subprocess takes note of what ended when nobody holds it any more


def zombie():
    ENDED.append(subprocess.Popen(["true"]))
    time.sleep(0.2)
    return ENDED[-1].pid


@pytest.mark.parametrize("target, sentence", [
    (lambda: 2, "thread of the kernel"), (lambda: 0x7ffffff0, "no process with this id"), (zombie, "has ended")])
def test_what_cannot_be_frozen_gets_one_sentence(target, sentence, tmp_path):
    pid = target()
    for command in (["freeze", "-o", tmp_path / "a"], ["stacks"]):
        done = pycore(*command, pid)
        assert done.returncode == 1
        assert sentence in done.stderr and done.stderr.count("\n") == 1


def test_a_process_of_another_user_gets_one_sentence(start):
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    process = start(sys.executable, HANGS)
    program = shutil.copy(PYCORE, "/tmp/pycore-of-nobody")
    try:
        os.chmod(program, 0o755)
        done = subprocess.run([program, "stacks", str(process.pid)], preexec_fn=lambda: os.setuid(65534),
                              stderr=subprocess.PIPE, universal_newlines=True)
    finally:
        os.unlink(program)
    assert done.returncode == 1
    assert "belongs to user 0" in done.stderr and done.stderr.count("\n") == 1


def test_a_python_without_symbols_is_searched_once_and_not_kept_whole(start, tmp_path):
    program = pathlib.Path("/usr/bin/python3").resolve()
    content = program.read_bytes()
    if content.count(b"\0_PyRuntime\0") != 1 or content.count(b".PyRuntime\0") != 1:
        pytest.skip("/usr/bin/python3 is not built as Debian's")
    nameless = tmp_path / "nameless"
    nameless.write_bytes(content.replace(b"\0_PyRuntime\0", b"\0_PyRuntimX\0").replace(b".PyRuntime\0", b".PyRuntimX\0"))
    nameless.chmod(0o755)
    process = start(str(nameless), "import time\nbig = [bytes(1000) + b'%d' % i for i in range(100000)]\n"
                                   "def nap():\n    time.sleep(1e6)\nprint('ready', flush=True)\nnap()")
    file = tmp_path / "a.core"
    assert pycore("freeze", "-o", file, process.pid).returncode == 0
    assert file.stat().st_size < 10_000_000
    live, frozen = stacks_of(process.pid), stacks_of(file)
    assert frozen["runtime"]["located_by"] in ("cookie", "thread_pointers")
    assert [frame["function"] for frame in frozen["threads"][0]["frames"] if frame["kind"] == "python"][-1] == "nap"
    assert told(frozen) == told(live)
