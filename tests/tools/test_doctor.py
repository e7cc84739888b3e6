# SPDX-License-Identifier: Apache-2.0
"""`pycore doctor`: what it says about real processes and places, beside what then happens.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_doctor.py
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))
PYTHON = shutil.which("python3", path="/usr/bin") or sys.executable  # which other users can start, too
SLEEPS = "import time; print('ready', flush=True); time.sleep(600)"
NOBODY = 65534


def examine(*arguments, program=PYCORE, **options):
    schemas = pytest.importorskip("schemas", reason="python3-jsonschema is not installed")
    done = subprocess.run([program, "doctor", "--format=json", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=60, **options)
    document = json.loads(done.stdout)
    schemas.validate(document)
    findings = {(finding["about"], finding["what"]): finding for finding in document["findings"]}
    assert done.returncode == (1 if any(f["state"] == "no" for f in document["findings"]) else 0)
    return findings


@pytest.fixture
def start():
    started = []

    def begin(code=SLEEPS, **options):
        process = subprocess.Popen([PYTHON, "-c", code], stdout=subprocess.PIPE, universal_newlines=True, **options)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def program_of_nobody():
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    folder = pathlib.Path("/tmp/pycore-doctor-%d" % os.getpid())
    folder.mkdir()
    try:
        os.chmod(folder, 0o755)
        program = shutil.copy(PYCORE, folder / "pycore")
        os.chmod(program, 0o755)
        yield program
    finally:
        shutil.rmtree(folder)


def become_nobody():
    os.setuid(NOBODY)


def test_a_process_of_ours_can_be_read_and_stopped_and_is_not(start):
    process = start()
    time.sleep(0.2)
    before = pathlib.Path("/proc/%d/schedstat" % process.pid).read_text()
    findings = examine(process.pid)
    assert [findings["process", what]["state"] for what in ("reading", "stopping", "Python")] == ["ok"] * 3
    assert findings["machine", "tracing"]["state"] == "ok"
    assert pathlib.Path("/proc/%d/schedstat" % process.pid).read_text() == before
    assert "TracerPid:\t0" in pathlib.Path("/proc/%d/status" % process.pid).read_text()


def test_a_process_of_another_user(start, program_of_nobody):
    findings = examine(start().pid, program=program_of_nobody, preexec_fn=become_nobody, cwd="/")
    assert findings["process", "reading"]["state"] == "no"
    assert "belongs to user 0" in findings["process", "reading"]["told"]
    assert "as user 0 or as root" in findings["process", "reading"]["way_out"]
    assert "without CAP_SYS_PTRACE" in findings["machine", "rights"]["told"]


def test_a_process_that_has_made_itself_unreadable(start, program_of_nobody):
    code = "import ctypes; ctypes.CDLL(None).prctl(4, 0)\n" + SLEEPS
    process = start(code, preexec_fn=become_nobody, cwd="/")
    findings = examine(process.pid, program=program_of_nobody, preexec_fn=become_nobody, cwd="/")
    assert findings["process", "reading"]["state"] == "no"
    assert "PR_SET_DUMPABLE" in findings["process", "reading"]["way_out"]
    freeze = subprocess.run([program_of_nobody, "freeze", str(process.pid)], preexec_fn=become_nobody, cwd="/",
                            stderr=subprocess.DEVNULL)
    assert freeze.returncode == 1


def test_a_process_that_is_traced_already(start):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    process = start()
    tracer = subprocess.Popen(["strace", "-q", "-o", "/dev/null", "-p", str(process.pid)])
    try:
        deadline = time.monotonic() + 10
        while "TracerPid:\t0" in pathlib.Path("/proc/%d/status" % process.pid).read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        finding = examine(process.pid)["process", "tracer"]
        assert finding["state"] == "warn" and "(strace)" in finding["told"]
    finally:
        tracer.terminate()
        tracer.wait()


def test_what_a_kernel_core_would_lack(start):
    code = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n" \
           "open('/proc/self/coredump_filter', 'w').write('0x20')\n" + SLEEPS
    findings = examine(start(code).pid)
    assert findings["process", "coredump_filter"]["state"] == "warn"
    assert "lack its stacks" in findings["process", "coredump_filter"]["told"]
    if not pathlib.Path("/proc/sys/kernel/core_pattern").read_text().startswith("|"):
        assert findings["process", "core limit"]["state"] == "warn"


@pytest.mark.parametrize("pid, sentence", [(2147483000, "no process with this id")])
def test_a_process_that_is_not_there(pid, sentence):
    findings = examine(pid)
    assert findings["process", "there"]["state"] == "no" and sentence in findings["process", "there"]["told"]


def test_places_for_files(tmp_path, program_of_nobody):
    assert examine("-o", tmp_path / "not" / "yet")["output", "writing"]["state"] == "ok"
    refused = examine("-o", "/proc", program=program_of_nobody, preexec_fn=become_nobody, cwd="/")
    assert refused["output", "writing"]["state"] == "no"
    if pathlib.Path("/dev/shm").is_dir():
        assert examine("-o", "/dev/shm").get(("output", "kind"), {}).get("state") == "warn"


def test_text_has_a_line_a_finding_and_ways_out_below():
    done = subprocess.run([PYCORE, "doctor"], stdout=subprocess.PIPE, universal_newlines=True)
    lines = done.stdout.splitlines()
    assert all(line.startswith(("ok ", "warn ", "no ", " ")) for line in lines)
    assert any(" ptrace scope " in line for line in lines)


@pytest.mark.parametrize("argument", ["x", "0", "-1", "1 2"])
def test_wrong_usage(argument):
    assert subprocess.run([PYCORE, "doctor", *argument.split()], stderr=subprocess.DEVNULL).returncode == 2
