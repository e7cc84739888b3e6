# SPDX-License-Identifier: Apache-2.0
"""`pycore triage` on real cores: stored ones of every CPython version, packed and not, and new ones of this machine.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_triage.py
"""
import itertools
import json
import lzma
import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

import pytest
from test_cli import CHECKOUT, PYCORE, pycore

sys.path[:0] = [str(CHECKOUT / "testdata" / "make"), str(CHECKOUT / "testdata" / "jobs"),
                str(CHECKOUT / "tests" / "support")]

import slurm_cluster  # noqa: E402

FORMATS = ["text", "json", "jsonl", "junit", "sarif", "markdown", "html"]
STORED = sorted((CHECKOUT / "testdata" / "stored").glob("*.core.xz"))
CRASHES = ["crash_extension", "crash_fatal_error", "crash_callback"]

pytestmark = pytest.mark.skipif(not pathlib.Path(PYCORE).exists(), reason="pycore is not built")


def run(*arguments, cwd=None, expect=None):
    done = pycore("triage", *arguments, cwd=cwd)
    if expect is not None:
        assert done.returncode in expect, done.stderr
    return done


def report(*arguments, cwd=None, expect=(0, 3)):
    return json.loads(run("--format=json", *arguments, cwd=cwd, expect=expect).stdout)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A folder as they are: packed cores, a plain one, saved stacks, something that is no core, a core cut short."""
    folder = tmp_path_factory.mktemp("batch") / "dumps"
    folder.mkdir()
    for core in STORED:
        shutil.copy(core, folder)
    plain = lzma.decompress(STORED[0].read_bytes())
    (folder / "plain.core").write_bytes(plain)
    (folder / "cut.core").write_bytes(plain[:40])
    (folder / "notes.txt").write_text("these are the crashes of last night\n")
    saved = pycore("stacks", "--format=json", folder / "plain.core").stdout
    (folder / "saved.json").write_text(saved)
    return folder


@pytest.fixture(scope="module")
def shards(batch):
    parts = []
    for index in range(3):
        parts.append(batch.parent / ("part.%d" % index))
        run("--partial", "--shard=%d/3" % index, "-o", parts[-1], "dumps", cwd=batch.parent, expect=(0, 3))
    return parts


@pytest.fixture(scope="module")
def crashes(tmp_path_factory):
    """Real crashes of this machine's Pythons: {program: [core, core]}."""
    import core_factory
    interpreters = sorted(core_factory.list_interpreters(), key=lambda one: (one["root"] or "", one["name"]))
    made = {}
    for program in map(core_factory.find_program, CRASHES):
        for interpreter in interpreters:
            if interpreter["root"] or len(made.get(program.name, [])) == 2:
                continue
            try:
                core = core_factory.make_core(interpreter, program, "kernel").core
            except core_factory.CannotMake:
                continue
            made.setdefault(program.name, []).append(core)
    if len(made) < 2:
        pytest.skip("no interpreter of this machine can be made to dump core")
    return made


def test_every_input_is_told_with_its_cluster_or_its_reason(batch):
    told = report("dumps", cwd=batch.parent)
    by_path = {one["path"]: one for one in told["inputs"]}
    assert "dumps/notes.txt" not in by_path
    ids = {cluster["id"] for cluster in told["clusters"]}
    for path, one in by_path.items():
        if path != "dumps/cut.core":
            assert one["cluster"] in ids, path
    for core in STORED:
        version = core.name[len("cpython-"):-len(".core.xz")]
        assert by_path["dumps/" + core.name]["version"].startswith(version)
    same = {by_path["dumps/" + name]["cluster"] for name in ("plain.core", "saved.json", STORED[0].name)}
    assert len(same) == 1
    assert sum(cluster["count"] for cluster in told["clusters"]) == len(STORED) + 2


def test_an_unreadable_input_is_listed_and_does_not_stop_the_others(batch):
    done = run("dumps", "nowhere.core", cwd=batch.parent, expect=(3,))
    assert "nowhere.core: " in done.stdout[done.stdout.index("\nUnreadable\n"):]
    assert run("nowhere.core", expect=(1,)).stdout.startswith("1 input, 1 unreadable")
    empty = batch.parent / "empty"
    empty.mkdir(exist_ok=True)
    assert "no core" in run(empty, expect=(1,)).stderr


@pytest.mark.parametrize("form", FORMATS)
def test_equal_runs_and_merged_shards_write_equal_bytes(batch, shards, tmp_path, form):
    def bytes_of(*arguments):
        return run("--format", form, *arguments, cwd=batch.parent, expect=(0, 3)).stdout

    whole = bytes_of("dumps")
    assert form != "json" or bytes_of("--jobs=1", "dumps") == whole
    parts = list(shards)
    both = tmp_path / "both"
    run("--merge", "--partial", "-o", both, parts[2], parts[0], expect=(0, 3))
    assert bytes_of("--merge", parts[1], both) == whole
    if form == "json":
        for order in itertools.permutations(parts):
            assert bytes_of("--merge", *order) == whole
        assert bytes_of("--merge", both, *parts) == whole


def test_each_shard_takes_inputs_of_its_own(batch, tmp_path):
    seen = []
    for index in range(4):
        part = json.loads(run("--partial", "--shard=%d/4" % index, "dumps", cwd=batch.parent, expect=(0, 3)).stdout)
        seen += [one["path"] for one in part["inputs"]]
    assert sorted(seen) == [one["path"] for one in report("dumps", cwd=batch.parent)["inputs"]]


def test_a_slurm_array_and_a_job_after_it_give_the_answer_of_one_run(batch, tmp_path_factory):
    if slurm_cluster.why_not():
        pytest.skip(slurm_cluster.why_not())
    folder = batch.parent
    (folder / "array").mkdir(exist_ok=True)
    read = ("#!/bin/bash\n%s triage --partial --shard=$SLURM_ARRAY_TASK_ID/4 -o array/part.$SLURM_ARRAY_TASK_ID dumps\n"
            % pathlib.Path(PYCORE).resolve())
    merge = "#!/bin/bash\n%s triage --merge --format=json -o answer.json array || [ $? = 3 ]\n"
    merge %= pathlib.Path(PYCORE).resolve()
    with slurm_cluster.Cluster(tmp_path_factory.mktemp("slurm")) as slurm:
        array = slurm.submit(read, "--array=0-3", "--output=array-%a.out", folder=folder)
        slurm.submit(merge, "--dependency=afterany:" + array, "--wait", "--output=merge.out", folder=folder)
    whole = run("--format=json", "dumps", cwd=folder, expect=(3,)).stdout
    assert (folder / "answer.json").read_text() == whole


def test_a_damaged_part_is_told_and_the_others_are_merged(batch, tmp_path):
    part = tmp_path / "part"
    run("--partial", "-o", part, "dumps", cwd=batch.parent, expect=(0, 3))
    (tmp_path / "half").write_text(part.read_text()[:5000])
    told = report("--merge", part, tmp_path / "half", expect=(3,))
    assert [one["path"] for one in told["inputs"] if one["path"].endswith("half")]
    assert told["clusters"]
    assert run("--merge", STORED[0], expect=(1,)).stdout.count("is no part of a triage") == 1


def test_a_baseline_knows_what_was_there(batch, tmp_path):
    known = tmp_path / "known.json"
    arguments = ["--baseline", known, "dumps"]
    assert "cannot read the baseline" in run(*arguments, cwd=batch.parent, expect=(1,)).stderr
    run("--fail-on=new", "--update", *arguments, cwd=batch.parent, expect=(4,))
    first = known.read_bytes()
    run("--fail-on=new", "--update", *arguments, cwd=batch.parent, expect=(3,))
    assert known.read_bytes() == first
    assert {cluster["state"] for cluster in report(*arguments, cwd=batch.parent)["clusters"]} == {"known"}

    entries = json.loads(known.read_text())
    for entry in entries["clusters"]:
        entry.update(status="fixed", title="seen before", note="see the wiki")
    known.write_text(json.dumps(entries))
    told = report("--fail-on=regression", *arguments, cwd=batch.parent, expect=(4,))
    assert {(cluster["state"], cluster["title"]) for cluster in told["clusters"]} == {("regression", "seen before")}
    run("--update", *arguments, cwd=batch.parent, expect=(3,))
    entries = json.loads(known.read_text())
    assert {(entry["status"], entry["note"]) for entry in entries["clusters"]} == {("known", "see the wiki")}

    for entry in entries["clusters"]:
        entry["status"] = "ignored"
    known.write_text(json.dumps(entries))
    run("--fail-on=any", *arguments, cwd=batch.parent, expect=(3,))
    known.write_text('{"schema": "pycore/triage-baseline/1", "clusters": [{"id": "x", "status": "gone"}]}')
    assert "not 'gone'" in run(*arguments, cwd=batch.parent, expect=(1,)).stderr


def test_real_crashes_of_one_program_are_together_and_apart_from_others(crashes):
    cores = [core for made in crashes.values() for core in made]
    told = report(*cores, expect=(0, 3))
    cluster_of = {one["path"]: one["cluster"] for one in told["inputs"]}
    of_program = {program: {cluster_of[str(core)] for core in made} for program, made in crashes.items()}
    assert all(len(ids) == 1 for ids in of_program.values()), of_program
    assert len(set.union(*of_program.values())) == len(of_program)
    for cluster in told["clusters"]:
        assert any(frame.get("crash_site") for thread in cluster["representative"] for frame in thread["frames"])


def test_documents_follow_their_schemas(batch, tmp_path):
    schemas = pytest.importorskip("schemas")
    known = tmp_path / "known.json"
    run("--baseline", known, "--update", "dumps", cwd=batch.parent)
    schemas.validate(json.loads(known.read_text()))
    schemas.validate(report("--baseline", known, "dumps", cwd=batch.parent))
    schemas.validate(json.loads(run("--partial", "dumps", cwd=batch.parent).stdout))
    for line in run("--format=jsonl", "dumps", cwd=batch.parent).stdout.splitlines():
        schemas.validate(json.loads(line))


def test_paths_that_are_markup_stay_paths(batch, tmp_path):
    folder = tmp_path / "<b>&'\"](x) ```\x1b[31m"
    folder.mkdir()
    shutil.copy(STORED[0], folder)
    (folder / "bad\udcff.core").write_bytes(b"\x7fELF")
    for form in FORMATS:
        out = run("--format", form, folder, folder / "bad\udcff.core", expect=(3,)).stdout
        assert "\x1b" not in out
        assert "<b>" not in out or form in ("text", "json", "jsonl", "sarif")
        if form == "junit":
            xml.fromstring(out)
        if form in ("json", "sarif"):
            json.loads(out)


def test_a_snapshot_of_a_hang_has_a_cluster_of_its_own(batch, tmp_path):
    victim = subprocess.Popen([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"],
                              stdout=subprocess.PIPE)
    try:
        victim.stdout.readline()
        time.sleep(0.5)
        frozen = pycore("freeze", victim.pid, "-o", tmp_path / "hang.core.zst")
    finally:
        victim.kill()
        victim.wait()
    if frozen.returncode == 1:
        pytest.skip("nothing can be frozen here: " + frozen.stderr)
    told = report(tmp_path / "hang.core.zst", batch / "plain.core", expect=(0, 3))
    hang = [one for one in told["inputs"] if "hang" in one["path"]][0]
    assert hang["status"] in ("read", "partial")
    assert len(told["clusters"]) == 2
    assert hang["host"] == os.uname().nodename


@pytest.mark.parametrize("arguments, words", [
    (["--update"], "--update needs --baseline"),
    (["--shard=4/4", "--partial"], "from 0/N to N-1/N"),
    (["--shard=0/4"], "give --partial"),
    (["--partial", "--fail-on=new"], "takes no --fail-on"),
    (["--partial", "--format=json"], "format of its own"),
    (["--jobs=0"], "--jobs"),
    (["--format=yaml"], "--format takes one of"),
])
def test_options_that_make_no_sense_are_refused(arguments, words):
    done = run(*arguments, STORED[0], expect=(2,))
    assert words in done.stderr
    assert run(expect=(2,)).stderr


def test_how_fast_and_how_little_is_told_when_asked(batch):
    assert "a second of a reader; touched " in run("-v", batch / "plain.core").stderr
