# SPDX-License-Identifier: Apache-2.0
"""`pycore stacks` on real cores, compared with what each process said about itself.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_truth.py
    python3 -m pytest tests/tools/test_truth.py --selection all
    python3 -m pytest tests/tools/test_truth.py --interpreters 'pyenv-3.1*' --programs line_table

The cores are made on the spot by testdata/make/core_factory.py, and kept in its cache.
"""
import os
import pathlib
import shutil

import core_factory
import interpreters_floor
import pytest
import truth_reading

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
EXERCISED = set()


def test_report_agrees_with_the_process(combination, pytestconfig):
    interpreter, program, method, view = combination
    if not PYCORE.exists():
        pytest.skip("there is no %s; build it or set PYCORE_BIN" % PYCORE)
    made = make_core_or_skip(interpreter, program, method)
    with_files = view == "files"
    command = command_line(made.core, interpreter, with_files, program)
    reading = truth_reading.read(command, with_files)
    differences = truth_reading.compare(reading, made, program, method, with_files)
    assert not differences, "\n".join(["", " ".join(command), "truth: %s" % made.truth, *differences[:5]])
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


def command_line(core, interpreter, with_files, program):
    found = truth_reading.options(interpreter) if with_files else []
    return [str(PYCORE), "stacks", "--format", "json", *program.settings.get("options", []), *found, str(core)]


def test_enough_interpreters_were_exercised(pytestconfig):
    """Fails when a source that this machine offers gave too little; see interpreters_floor.txt."""
    narrowed = [name for name in ("interpreters", "programs", "keyword")
                if pytestconfig.getoption(name) not in ("*", "")]
    if narrowed or not PYCORE.exists():
        pytest.skip("only a part was asked for")
    assert not interpreters_floor.missing(EXERCISED)
