# SPDX-License-Identifier: Apache-2.0
"""What `pycore info` says that a process died of, against what the process itself said on stderr. The long form is
tools/dev/last-words.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_last_words.py
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
sys.path.insert(0, str(CHECKOUT / "testdata" / "make"))

import corpus_maker  # noqa: E402
import last_words  # noqa: E402

# One of each C++ library and layout, as far as they are here: names begin with it.
SYSTEMS = ("system", "pyenv-3.8", "pyenv-3.12", "debian-trixie-3.13.5", "debian-sid-3.15", "uv-3.14")
SURE = ("runtime_error", "out_of_range", "derived", "second_base", "virtual_base", "ios_failure", "filesystem_error",
        "bad_alloc", "string", "text", "in_noexcept", "in_thread", "thrown_on", "thrown_again", "in_handler",
        "terminate", "terminate_after_others", "abort_after_others", "abort_in_handler")
DEATHS = {(death.family, death.name): death for death in last_words.list_deaths()}


@pytest.fixture(scope="module")
def systems():
    found = corpus_maker.list_interpreters()
    chosen = {name: next((i for i in found if i.name.startswith(name)), None) for name in SYSTEMS}
    if not any(chosen.values()):
        pytest.skip("no interpreter is here")
    return [interpreter for interpreter in chosen.values() if interpreter]


def judge(family, names, systems, builds):
    reader = last_words.Reader(PYCORE)
    answers = [(name, interpreter.name, build, reader.compare(DEATHS[family, name], interpreter, build))
               for interpreter in systems for name in names for build in builds]
    assert not [told for told in answers if told[3].verdict == "wrong"]
    run = [told for told in answers if told[3].verdict != "not run"]
    if not run:
        pytest.skip("nothing could be run: " + answers[0][3].why)
    return run


def test_an_uncaught_exception_is_told_as_the_runtime_told_it(systems):
    run = judge("C++", SURE, systems[:1], ["shared-O0", "stripped-O2"])
    run += judge("C++", SURE[:8], systems[1:], ["shared-O2"])
    assert not [told for told in run if told[3].verdict != "right"]


def test_a_text_that_what_makes_up_is_not_told(systems):
    (told,) = judge("C++", ["computed"], systems[:1], ["shared-O2"])
    assert told[3].cause["exception"] == "shop::Computed" and "message" not in told[3].cause


def test_what_py_fatal_error_was_told_is_told_or_nothing(systems):
    run = judge("fatal error", ["thread_state_get", "save_thread", "end_interpreter", "heap_overrun"], systems, [None])
    right = [told for told in run if told[3].verdict == "right"]
    assert len(right) >= 0.6 * len(run)
    # Two ways to one call, and texts made up as the program ran.
    tricks = ["plain", "old", "first", "second", "third", "case_two", "case_none", "passed", "made", "formatted"]
    judge("fatal error of an extension", tricks, systems[:1], ["gcc-O0", "gcc-O2", "gcc-Os"])


@pytest.fixture(scope="module")
def core(systems, tmp_path_factory):
    folder = tmp_path_factory.mktemp("last-words")
    try:
        last_words.Reader.run(DEATHS["C++", "derived"], systems[0], "shared-O2", folder)
    except corpus_maker.CannotMake as reason:
        pytest.skip(str(reason))
    return next(folder.glob("*core*"))


def told(*words):
    done = subprocess.run([str(PYCORE), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout.decode()


def test_title_evidence_and_signature_name_the_exception(core):
    info = told("info", core)
    assert "uncaught C++ exception shop::Broken: shop 3 is broken in die_derived (deaths.so)" in info
    assert "the exception says: shop 3 is broken" in info
    assert "cxx exception shop::Broken: shop N is broken" in told("sig", core)


def test_saved_stacks_have_the_signature_of_their_core(core, tmp_path):
    saved = tmp_path / "saved.json"
    saved.write_text(told("stacks", "--format=json", core))
    of_core, of_saved = (json.loads(told("sig", "--format=json", target)) for target in (core, saved))
    assert of_core["signature"] == of_saved["signature"]
    assert of_core["reason"] == of_saved["reason"]


@pytest.mark.parametrize("options", [[], ["--redact"]])
def test_a_snapshot_at_the_moment_of_death_holds_the_last_words(systems, tmp_path, options):
    library = last_words.compiled(DEATHS["C++", "derived"], "shared-O2")
    python = next((i.command[0] for i in systems if not i.root), None) or shutil.which("python3")
    code = "import ctypes; ctypes.CDLL(%r).die_derived()" % str(library)
    run = subprocess.run([str(PYCORE), "run", "--on-crash", *options, "-o", "out", "--", python, "-c", code],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    snapshots = list((tmp_path / "out").glob("*.core*"))
    assert len(snapshots) == 1, run.stderr
    cause = json.loads(told("info", "--format=json", snapshots[0]))["cause"]
    assert cause["exception"] == "shop::Broken"
    assert cause.get("message") == (None if options else "shop 3 is broken")
    told("thaw", snapshots[0], "-o", tmp_path / "plain.core")
    assert (b"shop 3 is broken" in (tmp_path / "plain.core").read_bytes()) == (not options)
