# SPDX-License-Identifier: Apache-2.0
"""No hot path needs a tenth more instructions than the stored baseline says."""
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

BENCHMARK = pathlib.Path(__file__).resolve().parents[1] / "benchmark"
SCRIPT = BENCHMARK / "instructions"


def test_the_hot_paths_are_as_fast_as_the_baseline():
    command = [sys.executable, SCRIPT]
    if "PYCORE_BIN" in os.environ:
        command += ["--pycore", os.environ["PYCORE_BIN"]]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True)
    if done.returncode == 77:
        pytest.skip(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout


def test_a_regression_of_a_tenth_shows(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK))
    loader = importlib.machinery.SourceFileLoader("instructions", str(SCRIPT))
    instructions = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
    loader.exec_module(instructions)
    baseline = {"start": 1000, "JSON": 1000}
    assert instructions.compare({"start": 1090, "JSON": 500}, baseline)
    assert not instructions.compare({"start": 1000, "JSON": 1110}, baseline)
    assert "WORSE" in capsys.readouterr().out
