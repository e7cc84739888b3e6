# SPDX-License-Identifier: Apache-2.0
"""`pycore stacks` on real cores, compared with what each process said about itself.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_truth.py
    python3 -m pytest tests/tools/test_truth.py --selection all
    python3 -m pytest tests/tools/test_truth.py --interpreters 'pyenv-3.1*' --programs line_table

The cores are made on the spot by testdata/make/core_factory.py, and kept in its cache.
"""
import json
import os
import pathlib
import shutil
import subprocess

import core_factory
import pytest
import truth_comparison

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
FLOOR_FILE = pathlib.Path(__file__).with_name("interpreters_floor.txt")
READ_TIMEOUT_SECONDS = 120
EXERCISED = set()


def test_report_agrees_with_the_process(combination, pytestconfig):
    interpreter, program, method, view = combination
    if not PYCORE.exists():
        pytest.skip("there is no %s; build it or set PYCORE_BIN" % PYCORE)
    made = make_core_or_skip(interpreter, program, method)
    report = read_core(made.core, interpreter, view)
    truth = json.loads(made.truth.read_text())
    circumstances = truth_comparison.Circumstances(
        method, dies_by_itself=program.settings["ends"] == "crash",
        files_at_hand=view == "files", finalizing=bool(truth["expect"].get("finalizing")),
        signal=made.details["signal"])
    differences = truth_comparison.compare(truth, report, circumstances)
    assert not differences, explain(made, interpreter, view, differences)
    EXERCISED.add(interpreter["name"])
    if pytestconfig.getoption("drop_cores"):
        shutil.rmtree(made.core.parent)


def make_core_or_skip(interpreter, program, method):
    try:
        made = core_factory.make_core(interpreter, program, method)
    except core_factory.CannotMake as reason:
        pytest.skip("no core: %s" % reason)
    if made.details.get("stacks_zeroed"):
        pytest.skip("gdb wrote zeros for thread stacks: it is too old for this glibc")
    return made


def read_core(core, interpreter, view):
    """The JSON that pycore prints; the exit status must agree with it."""
    done = subprocess.run(command_line(core, interpreter, view), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=READ_TIMEOUT_SECONDS)
    told = done.stderr.decode(errors="replace")
    assert done.returncode in (0, 3), "exit status %d: %s" % (done.returncode, told)
    report = json.loads(done.stdout)
    assert (report["completeness"] == "complete") == (done.returncode == 0), (
        "completeness %s with exit status %d" % (report["completeness"], done.returncode))
    if view == "files":
        assert done.returncode == 0, "partial answer: %s" % first_warnings(report)
    return report


def command_line(core, interpreter, view):
    command = [str(PYCORE), "stacks", "--format", "json"]
    if interpreter["sysroot"] and view == "files":
        command += ["--sysroot", interpreter["sysroot"]]
    return command + [str(core)]


def first_warnings(report):
    found = [one for one in report["diagnostics"] if one["severity"] != "note"]
    return "; ".join(one["message"] for one in found[:3])


def explain(made, interpreter, view, differences):
    command = " ".join(command_line(made.core, interpreter, view))
    return "\n".join(["", command, "truth: %s" % made.truth, *differences[:5]])


def test_enough_interpreters_were_exercised(pytestconfig):
    """Fails when a source that this machine offers gave too little; see interpreters_floor.txt."""
    narrowed = [name for name in ("interpreters", "programs", "keyword")
                if pytestconfig.getoption(name) not in ("*", "")]
    if narrowed or not PYCORE.exists():
        pytest.skip("only a part was asked for")
    for source, floor in read_floor():
        if source not in core_factory.offered_sources():
            continue
        count = sum(name.startswith(source) for name in EXERCISED)
        assert count >= floor, "%s gave %d interpreters instead of %d: %s" % (
            source, count, floor, sorted(EXERCISED))


def read_floor():
    lines = (line.split("#")[0].split() for line in FLOOR_FILE.read_text().splitlines())
    return [(words[0], int(words[1])) for words in lines if words]
