# SPDX-License-Identifier: Apache-2.0
"""`pycore run -- COMMAND`: real commands that hang, crash, stop and end, and what of that is noticed outside.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_run.py
"""
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))
PYTHON = shutil.which("python3", path="/usr/bin") or sys.executable
HANGS = "import time\ndef hang():\n    print('ready', flush=True)\n    time.sleep(600)\nhang()"
CRASH = "import ctypes\ndef crash():\n    ctypes.string_at(0)\ncrash()"


@pytest.fixture
def start(tmp_path):
    """start(options, command): `pycore run`; what is still there at the end is killed, with all below it."""
    started = []

    def begin(*words, **options):
        options.setdefault("stdout", subprocess.PIPE)
        run = subprocess.Popen([PYCORE, "run", "-o", str(tmp_path / "out"), *map(str, words)], stderr=subprocess.PIPE,
                               universal_newlines=True, start_new_session=True, cwd=tmp_path, **options)
        started.append(run)
        return run

    yield begin
    for run in started:
        try:
            os.killpg(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        run.wait()


def run(start, *words, **options):
    process = start(*words, **options)
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors


def index_of(tmp_path):
    return json.loads((tmp_path / "out" / "index.json").read_text())


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def command_of(process):
    """The id of the command: the child of the guardian, which is the child of `pycore run`."""
    def children(pid):
        return pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()
    wait_for(lambda: children(process.pid) and children(int(children(process.pid)[0])), "the command")
    return int(children(int(children(process.pid)[0]))[0])


def stacks_of(file):
    done = subprocess.run([PYCORE, "stacks", "--format=json", str(file)], stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def functions_of(file):
    return [frame["function"] for thread in stacks_of(file)["threads"] for frame in thread["frames"]]


def test_the_end_of_the_command_is_kept(start, tmp_path):
    for code, status in (("raise SystemExit(7)", 7), ("pass", 0),
                         ("import os; os.kill(os.getpid(), 15)", -15), ("import os; os.abort()", -6)):
        assert run(start, "--", PYTHON, "-c", code)[0] == status
    assert run(start, "--", "/no/such/program")[0] == 127
    assert run(start, "--", tmp_path)[0] == 126
    assert not (tmp_path / "out").exists()


def test_input_and_output_are_the_commands_own(start):
    status, out, errors = run(start, "--", "sh", "-c", "read word; echo \"got $word\"; echo oops >&2; test -t 0 || echo no",
                              stdin=subprocess.DEVNULL)
    assert (status, out, errors) == (0, "got \nno\n", "oops\n")


def test_a_signal_freezes_the_tree_and_the_command_neither_sees_it_nor_ends(start, tmp_path):
    process = start("--", PYTHON, "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', %r])" % HANGS)
    assert process.stdout.readline() == "ready\n"
    for _ in range(2):
        before = len(index_of(tmp_path)["results"]) if (tmp_path / "out").exists() else 0
        os.kill(process.pid, signal.SIGUSR1)
        wait_for(lambda: (tmp_path / "out" / "index.json").exists() and len(index_of(tmp_path)["results"]) == before + 2,
                 "two files")
    files = [tmp_path / "out" / result["file"] for result in index_of(tmp_path)["results"]]
    assert sum("hang" in functions_of(file) for file in files) == 2
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGUSR1)      # as Slurm sends it, to every process of the job
    time.sleep(1)
    assert process.poll() is None


def test_a_timeout_and_a_silence_freeze_once(start, tmp_path):
    process = start("--timeout", "2s", "--silence", "1s", "--", PYTHON, "-c", HANGS)
    time.sleep(5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    assert errors.count("timeout of 2 s: freezing") == 1 and errors.count("silence of 1 s: freezing") == 1
    assert all("hang" in functions_of(tmp_path / "out" / result["file"]) for result in index_of(tmp_path)["results"])


@pytest.mark.parametrize("output", ["file", "pipe"])
def test_a_command_that_writes_is_not_silent(start, tmp_path, output):
    code = "import time\nfor i in range(30):\n    print(i, flush=True)\n    time.sleep(0.1)"
    with open(tmp_path / "log", "w") as log:
        options = {"stdout": log} if output == "file" else {}
        assert run(start, "--silence", "2s", "--", PYTHON, "-c", code, **options)[0] == 0
    assert not (tmp_path / "out").exists()


def test_signals_that_somebody_sends_reach_the_command(start):
    code = "import signal, sys, time\n" \
           "signal.signal(signal.SIGTERM, lambda *_: sys.exit(41))\nprint('ready', flush=True)\ntime.sleep(600)"
    process = start("--", PYTHON, "-c", code)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 41


def test_ctrl_c_and_ctrl_z_of_a_terminal_do_what_they_do_without_us(tmp_path):
    """A shell with job control in a terminal of its own: the command is stopped, goes on, and is interrupted."""
    script = tmp_path / "job.py"
    script.write_text("import time\nprint('READY', flush=True)\ntime.sleep(600)\n")
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PS1"] = "PROMPT>"
        for ignored in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):     # by who runs these tests in the background
            signal.signal(ignored, signal.SIG_DFL)
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

    def read_until(word):
        text, deadline = b"", time.monotonic() + 30
        while word not in text:
            assert time.monotonic() < deadline, text
            if select.select([terminal], [], [], 0.1)[0]:
                text += os.read(terminal, 4096)
        return text

    try:
        read_until(b"PROMPT>")
        os.write(terminal, b"%s run -- %s %s; echo STATUS=$?\n" % (PYCORE.encode(), PYTHON.encode(), bytes(script)))
        read_until(b"READY")
        os.write(terminal, b"\x1a")
        read_until(b"STATUS=148")           # 128 + SIGTSTP
        os.write(terminal, b"fg\n")
        read_until(b"run --")
        time.sleep(0.5)
        os.write(terminal, b"\x03")
        assert b"KeyboardInterrupt" in read_until(b"PROMPT>")
        os.write(terminal, b"jobs; echo END\n")
        assert b"Stopped" not in read_until(b"END\r\n")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)


def test_a_process_is_frozen_before_a_signal_ends_it(start, tmp_path):
    status, _, errors = run(start, "--on-crash", "--", PYTHON, "-c", CRASH)
    assert status == -signal.SIGSEGV
    assert "SIGSEGV is about to end process" in errors
    [result] = index_of(tmp_path)["results"]
    document = stacks_of(tmp_path / "out" / result["file"])
    assert document["process"]["signal"]["name"] == "SIGSEGV" and document["process"]["signal"]["address"] == "0x0"
    [crashed] = [thread for thread in document["threads"] if thread["crashed"]]
    functions = [frame["function"] for frame in crashed["frames"]]
    assert "crash" in functions and any(frame.get("crash_site") for frame in crashed["frames"])
    without = run(start, "--", PYTHON, "-c", CRASH)
    assert without[0] == -signal.SIGSEGV and "with --on-crash" in without[2]


def test_a_rank_that_aborts_among_others_is_frozen_alone(start, tmp_path):
    code = "import os, subprocess, sys\n" \
           "good = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(2)'])\n" \
           "bad = subprocess.run([sys.executable, '-c', 'import os, threading, time\\n" \
           "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\\nos.abort()'])\n" \
           "print(bad.returncode, good.wait())"
    status, out, errors = run(start, "--on-crash", "--", PYTHON, "-c", code)
    assert (status, out) == (0, "-6 0\n"), errors
    [result] = index_of(tmp_path)["results"]
    document = stacks_of(tmp_path / "out" / result["file"])
    assert document["process"]["signal"]["name"] == "SIGABRT" and len(document["threads"]) == 2


def test_a_traced_command_lives_as_any_other(start, tmp_path):
    """Caught signals, children, threads, stops: --on-crash changes none of them."""
    code = "import os, signal, subprocess, sys, threading\n" \
           "seen = []\nsignal.signal(signal.SIGABRT, lambda *_: seen.append(1))\nos.kill(os.getpid(), signal.SIGABRT)\n" \
           "threads = [threading.Thread(target=sum, args=(range(1000),)) for _ in range(20)]\n" \
           "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n" \
           "ends = [subprocess.run([sys.executable, '-c', 'import sys; sys.exit(%d)' % i]).returncode for i in range(4)]\n" \
           "child = os.fork()\n" \
           "if child == 0: os.kill(os.getpid(), signal.SIGSTOP); os._exit(5)\n" \
           "stopped = os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1]); os.kill(child, signal.SIGCONT)\n" \
           "print(seen, ends, stopped, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    assert run(start, "--on-crash", "--", PYTHON, "-c", code)[:2] == (0, "[1] [0, 1, 2, 3] True 5\n")
    assert not (tmp_path / "out").exists()


def test_a_traced_command_is_frozen_by_a_signal_as_well(start, tmp_path):
    code = "import threading\ndef work():\n    while True: sum(range(1000))\n" \
           "threading.Thread(target=work, daemon=True).start()\nprint('ready', flush=True)\nwork()"
    process = start("--on-crash", "--", PYTHON, "-c", code)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: (tmp_path / "out" / "index.json").exists(), "the index")
    [result] = index_of(tmp_path)["results"]
    assert result["consistency"] == "stopped"
    assert "work" in functions_of(tmp_path / "out" / result["file"])
    command = command_of(process)
    before = pathlib.Path("/proc/%d/schedstat" % command).read_text()
    wait_for(lambda: pathlib.Path("/proc/%d/schedstat" % command).read_text() != before, "it runs on")


def test_a_command_outlives_the_guardian(start, tmp_path):
    process = start("--", PYTHON, "-c", HANGS)
    assert process.stdout.readline() == "ready\n"
    command = command_of(process)
    guardian = int(pathlib.Path("/proc/%d/task/%d/children" % (process.pid, process.pid)).read_text())
    os.kill(guardian, signal.SIGKILL)
    time.sleep(0.5)
    assert pathlib.Path("/proc/%d" % command).exists() and process.poll() is None
    process.send_signal(signal.SIGUSR1)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    assert "the guardian died of SIGKILL" in errors and "cannot be frozen any more" in errors


def test_no_process_of_ours_is_left_behind(start, tmp_path):
    process = start("--", "sh", "-c", "(sleep 0.2; exit 3) & (sleep 0.1) & exit 0")
    assert process.wait(30) == 0
    assert "pycore" not in [comm for comm, _ in in_process_group(process.pid)]


def test_what_the_command_leaves_behind_is_reaped_while_it_lives(start):
    process = start("--", "sh", "-c", "(sleep 0.1 & exit 0); (sleep 0.1 & exit 0); sleep 1; echo done; sleep 600")
    assert process.stdout.readline() == "done\n"
    names = ["pycore", "pycore", "sh", "sleep"]
    wait_for(lambda: [comm for comm, _ in in_process_group(process.pid)] == names, "sh has started its last sleep")
    assert "Z" not in [state for _, state in in_process_group(process.pid)]


def in_process_group(group):
    """(name, state) of each of its processes, sorted; of one that ends meanwhile nothing."""
    told = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = path.read_text(errors="replace").rpartition(") ")
        except OSError:
            continue
        state, _, process_group = after.split()[:3]
        if int(process_group) == group:
            told.append((before.partition("(")[2], state))
    return sorted(told)


@pytest.mark.parametrize("arguments", [[], ["--on", "KILL", "--", "true"], ["--on", "NONE", "--", "true"],
                                       ["--timeout", "0", "--", "true"], ["--silence", "x", "--", "true"]])
def test_wrong_usage(arguments):
    assert subprocess.run([PYCORE, "run", *arguments], stderr=subprocess.DEVNULL).returncode == 2


def test_a_set_uid_program_has_its_rights_unless_crashes_are_waited_for():
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        shutil.copy(PYCORE, folder + "/pycore")
        shutil.copy("/usr/bin/id", folder + "/id")
        os.chmod(folder + "/id", 0o4755)

        def effective_user(*options):
            done = subprocess.run([folder + "/pycore", "run", *options, "--", folder + "/id", "-u"], cwd=folder,
                                  stdout=subprocess.PIPE, preexec_fn=lambda: os.setuid(65534))
            return done.returncode, int(done.stdout)

        if effective_user() != (0, 0):
            pytest.skip("set-uid programs are not run as such in " + folder)
        assert effective_user("--on-crash") == (0, 65534)
