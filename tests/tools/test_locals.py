# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""`pycore stacks --locals` says the same of a process that runs, of its snapshot and of a core of it.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_locals.py
    python3 -m pytest tests/tools/test_locals.py --selection all

What is true is told by testdata/programs/local_variables.py; test_truth.py asks the same of kernel cores.
"""
import contextlib
import json
import subprocess

import core_factory
import pytest
import truth_locals
import truth_reading
from live_victims import PYCORE, pycore

# One of each version, and each kind of build.
IN_CI = ["pyenv-3.8.18", "debian-bullseye-3.9.2d", "pyenv-3.10.13", "debian-bookworm-3.11.2", "pyenv-3.12.1",
         "built-trixie-t-3.13.5t", "debian-sid-3.14.10", "debian-sid-3.15.2d"]


def pytest_generate_tests(metafunc):
    if "interpreter" not in metafunc.fixturenames:
        return
    wanted = core_factory.list_interpreters(metafunc.config.getoption("interpreters"))
    if metafunc.config.getoption("selection") == "ci" and metafunc.config.getoption("interpreters") == "*":
        wanted = [each for each in wanted if each["name"] in IN_CI]
    metafunc.parametrize("interpreter", wanted, ids=[each["name"] for each in wanted])


def test_a_process_its_snapshot_and_its_core_hold_the_same_variables(interpreter, tmp_path):
    with running(interpreter, tmp_path) as (victim, truth):
        live = read(interpreter, victim.pid)
        snapshot = tmp_path / "snapshot"
        assert pycore("freeze", victim.pid, "-o", snapshot).returncode == 0
        dumped = core_factory.dump_by_gcore(tmp_path, interpreter, victim, {})
    differences = list(truth_locals.compare(truth["expect"]["locals"], live, True))
    assert not differences, "\n".join(differences[:5])
    assert locals_of(live)
    assert locals_of(read(interpreter, snapshot)) == locals_of(live)
    if not dumped.get("stacks_zeroed"):
        assert locals_of(read(interpreter, tmp_path / "core")) == locals_of(live)


def test_a_redacted_snapshot_holds_names_and_types_but_no_contents(interpreter, tmp_path):
    with running(interpreter, tmp_path) as (victim, _):
        live = read(interpreter, victim.pid)
        snapshot = tmp_path / "snapshot"
        assert pycore("freeze", "--redact", victim.pid, "-o", snapshot).returncode == 0
    told = locals_of(read(interpreter, snapshot))
    assert names_and_types(told) == names_and_types(locals_of(live))
    assert {value for variables in told for *_, value in variables} == {"<left out>"}
    content = snapshot.read_bytes()
    for secret in (b"of the outer", b"abcdefgh-secret", "日本語".encode("utf-16-le")):
        assert secret not in content


@contextlib.contextmanager
def running(interpreter, folder):
    program = core_factory.find_program("local_variables")
    path = folder / "truth.json"
    victim = core_factory.start_victim(folder, interpreter, program, path)
    try:
        core_factory.wait_for_truth(victim, path, folder)
        core_factory.wait_until_quiet(victim.pid, path)
        yield victim, json.loads(path.read_text())
    except core_factory.CannotMake as reason:
        pytest.skip(str(reason))
    finally:
        core_factory.end_group(victim)


def read(interpreter, target):
    command = [PYCORE, "stacks", "--locals", "--native=none", "--format=json", *truth_reading.options(interpreter),
               str(target)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def locals_of(report):
    """Of each frame that has any: (name, kind, type, address, value)."""
    frames = [frame for thread in report["threads"] for frame in thread["frames"] if frame["locals"]]
    return [[(each["name"], each["kind"], each["type"], each["address"], each["value"]) for each in frame["locals"]]
            for frame in frames]


def names_and_types(told):
    return [[variable[:-1] for variable in variables] for variables in told]
