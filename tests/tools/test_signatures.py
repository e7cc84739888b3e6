# SPDX-License-Identifier: Apache-2.0
"""`pycore sig`: the quality on the committed samples, fresh cores of real bugs, and the command line."""
import itertools
import json
import os
import pathlib
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = pathlib.Path(os.environ.get("PYCORE_BIN", CHECKOUT / "build" / "tools" / "pycore"))
sys.path.insert(0, str(CHECKOUT / "testdata" / "make"))
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))

import corpus_maker  # noqa: E402

BUGS = ("image_without_pixels", "limit_assertion", "double_free", "mesh_exception", "deadlock_of_two_locks",
        "crash_in_task")
VARIANTS = ("plain", "place", "lines", "faulthandler", "runner")


def sig(*arguments):
    return subprocess.run([str(PYCORE), "sig", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)


def signatures(*targets):
    done = sig("--format=json", *targets)
    assert done.returncode in (0, 3), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def bug_named(name):
    return next(bug for bug in corpus_maker.list_bugs() if bug.name == name)


@pytest.fixture(scope="module")
def interpreters():
    """An old one, a new one, and one without symbols, as far as they are here."""
    found = corpus_maker.list_interpreters()
    chosen = [min(found, key=lambda i: i.facts["version_info"]), max(found, key=lambda i: i.facts["version_info"]),
              *[i for i in found if i.facts["stripped"] and not i.root][:1]]
    return list({interpreter.name: interpreter for interpreter in chosen}.values())


@pytest.fixture(scope="module")
def corpus(interpreters, tmp_path_factory):
    """Documents by (bug, interpreter, variant), made from cores of this very moment; and one core itself."""
    folder = tmp_path_factory.mktemp("corpus")
    maker = corpus_maker.Maker(PYCORE, folder, keep_core=folder / "core")
    made, reasons = {}, []
    for interpreter, name, variant in itertools.product(interpreters, BUGS, VARIANTS):
        if variant != "plain" and interpreter is not interpreters[0]:
            continue
        try:
            made[name, interpreter.name, variant] = maker.make(bug_named(name), interpreter,
                                                              corpus_maker.VARIANTS[variant])
        except corpus_maker.CannotMake as reason:
            reasons.append("%s, %s: %s" % (name, interpreter.name, reason))
    if not made:
        pytest.skip("no core can be made here: " + "; ".join(reasons[:2]))
    assert len(made) >= 0.8 * (len(made) + len(reasons)), reasons
    return made, folder / "core"


def test_the_committed_samples_reach_the_goals():
    done = subprocess.run([sys.executable, str(CHECKOUT / "tools/dev/signature-quality"), "--short", "--pycore",
                           str(PYCORE)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert "unseen bugs" in done.stdout and "fitted bugs" in done.stdout


def test_a_bug_has_one_signature_over_versions_paths_lines_faulthandler_and_test_runner(corpus):
    made, _ = corpus
    levels = {key: signatures(path)[0]["signature"]["L1"] for key, path in made.items()}
    for name in BUGS:
        of_bug = {key: level for key, level in levels.items() if key[0] == name}
        assert len(set(of_bug.values())) == 1, of_bug
    assert len(set(levels.values())) == len({key[0] for key in levels})


def test_a_core_and_its_saved_stacks_have_the_same_signature(corpus, interpreters):
    _, core = corpus
    roots = [i.root for i in interpreters if i.root]
    for options in [[], *[["--sysroot", root] for root in roots]]:
        for view in ("auto", "all"):
            saved = core.with_name("saved-%s.json" % view)
            with open(saved, "wb") as out:
                subprocess.run([str(PYCORE), "stacks", "--format=json", "--native=" + view, *options, str(core)],
                               stdout=out, stderr=subprocess.DEVNULL)
            of_core, = signatures(*options, core)
            of_saved, = signatures(saved)
            assert of_core["signature"]["L1"] == of_saved["signature"]["L1"]
            assert of_core["signature"]["L2"] == of_saved["signature"]["L2"]
            assert of_core["reason"] == of_saved["reason"]


def test_every_dropped_frame_names_its_rule(corpus):
    made, _ = corpus
    for path in made.values():
        for frame in signatures(path)[0]["frames"]:
            assert frame["kept"] or frame["rule"], frame


def test_json_follows_its_schema(corpus):
    schemas = pytest.importorskip("schemas")
    made, _ = corpus
    for told in signatures(*made.values()):
        schemas.validate(told)


def test_one_unreadable_target_does_not_stop_the_others(corpus, tmp_path):
    made, _ = corpus
    good = next(iter(made.values()))
    bad = tmp_path / "no-core"
    bad.write_text("nothing")
    done = sig(good, bad, tmp_path / "missing", good)
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2
    assert "no-core" in done.stderr and "missing" in done.stderr


def test_answers_come_in_the_order_of_the_command_line_whoever_is_read_first(corpus):
    made, _ = corpus
    paths = sorted(map(str, made.values()), reverse=True)
    for jobs in ("1", "4"):
        told = [json.loads(line)["target"] for line in sig("--format=json", "--jobs=" + jobs, *paths).stdout.splitlines()]
        assert told == paths


def test_a_folder_stands_for_what_is_in_it(corpus, tmp_path):
    made, _ = corpus
    paths = sorted(map(str, made.values()))[:3]
    for number, path in enumerate(paths):
        (tmp_path / ("%d.core" % number)).symlink_to(path)
    (tmp_path / "notes.txt").write_text("nothing")
    done = sig("--format=json", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["target"] for line in done.stdout.splitlines()] == [
        str(tmp_path / ("%d.core" % number)) for number in range(len(paths))]


def test_no_readable_target_is_no_answer(tmp_path):
    done = sig(tmp_path / "missing")
    assert done.returncode == 1 and done.stdout == "" and "missing" in done.stderr


def test_without_a_target_usage_is_told():
    assert sig().returncode == 2


def test_a_level_is_chosen_and_explained(corpus):
    made, _ = corpus
    path = made[next(key for key in made if key[0] == "image_without_pixels")]
    told, = signatures(path)
    for level in ("L0", "L1", "L2", "L3"):
        assert sig("--level", level, path).stdout.startswith(told["signature"][level])
    explained = sig("--explain", path).stdout
    assert "* site" in explained and "app:render" in explained and "- interpreter" in explained


def test_a_running_process_has_a_signature_of_all_its_threads(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"],
                             stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        done = sig(child.pid)
        assert done.returncode == 0, done.stderr
        assert "hang" in done.stdout
    finally:
        child.kill()
        child.wait()


def test_twenty_thousand_stacks_are_signed_in_a_second_of_one_processor():
    program = PYCORE.parent.parent / "tests" / "sign_stacks"
    if not program.exists():
        pytest.skip("%s is not built" % program)
    done = subprocess.run([sys.executable, str(CHECKOUT / "tests/benchmark/signatures"), "--program", str(program),
                           "--at-least", "20000"], stdout=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0, done.stdout
