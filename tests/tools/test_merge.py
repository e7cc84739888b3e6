# SPDX-License-Identifier: Apache-2.0
"""`pycore merge` on a real job: ranks with their environment, one of which reads what never comes."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))
PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))
JOB = CHECKOUT / "testdata" / "jobs" / "process_job.py"
SIZE, CULPRIT = 4, 2


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """A folder with a snapshot of each rank, and saved stacks of rank 0 elsewhere."""
    folder = tmp_path_factory.mktemp("job")
    said = folder / "said"
    with open(said, "w") as out:
        job = subprocess.Popen([sys.executable, str(JOB), "barrier_io", str(CULPRIT), str(SIZE)], stdout=out,
                               stderr=out, start_new_session=True, env={**os.environ, "TMPDIR": str(folder)})
    pids = {}
    try:
        deadline = time.monotonic() + 60
        while len(pids) < SIZE and time.monotonic() < deadline:
            time.sleep(0.1)
            pids = {int(rank): int(pid) for rank, pid in re.findall(r"ready (\d+) (\d+)", said.read_text())}
        assert len(pids) == SIZE, said.read_text()
        time.sleep(1)
        (folder / "ranks").mkdir()
        for pid in pids.values():
            subprocess.run([PYCORE, "freeze", "--stop=always", "--max-pause=1000", str(pid), "-o",
                            str(folder / "ranks" / ("%d.core.zst" % pid))], check=True, capture_output=True)
    finally:
        for pid in [*pids.values(), job.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        job.wait()
    return folder / "ranks"


def merge(*words, status=0):
    done = subprocess.run([PYCORE, "merge", *map(str, words)], capture_output=True, timeout=120)
    assert done.returncode == status, done.stderr.decode()
    return done.stdout.decode()


def test_the_culprit_is_named_and_the_document_follows_its_schema(frozen):
    schemas = pytest.importorskip("schemas")
    document = json.loads(merge("--format=json", frozen))
    schemas.validate(document)
    assert document["suspects"] == str(CULPRIT)
    assert document["missing"] == ""
    assert document["expected"] == SIZE
    assert [made["ranks"] for made in document["classes"]] == ["2", "0-1,3"]
    assert document["classes"][0]["stance"] == "blocked"
    assert document["classes"][1]["operation"] == "Barrier.wait"


def test_any_grouping_of_parts_gives_the_same_bytes(frozen, tmp_path):
    files = sorted(frozen.iterdir())
    whole = merge("--format=json", *files)
    merge("--partial", "-o", tmp_path / "a", *files[:1])
    merge("--partial", "-o", tmp_path / "b", *files[1:3])
    merge("--partial", "-o", tmp_path / "ab", tmp_path / "b", tmp_path / "a")
    assert merge("--format=json", files[3], tmp_path / "ab") == whole
    assert merge("--format=json", "--jobs", "1", tmp_path / "b", files[3], tmp_path / "a") == whole


def test_saved_stacks_stand_for_their_snapshot(frozen, tmp_path):
    files = sorted(frozen.iterdir())
    saved = tmp_path / "saved.json"
    saved.write_bytes(subprocess.run([PYCORE, "stacks", "--format=json", str(files[0])], capture_output=True).stdout)
    document = json.loads(merge("--format=json", saved, *files[1:]))
    assert document["count"] == SIZE and document["suspects"] == str(CULPRIT)


def test_an_unreadable_input_is_told_and_stops_nothing(frozen, tmp_path):
    broken = tmp_path / "rank9.core"
    broken.write_bytes(b"\x7fELF" + bytes(12) + b"\x04" + bytes(100))
    document = json.loads(merge("--format=json", frozen, broken, status=3))
    assert document["suspects"] == str(CULPRIT)
    assert [member["rank"] for member in document["members"] if member["status"] == "unreadable"] == [9]


def test_missing_ranks_are_named(frozen):
    files = sorted(frozen.iterdir())
    document = json.loads(merge("--format=json", "--expect-ranks", "6", *files))
    assert document["missing"] == "4-5"


def test_a_folder_without_anything_is_no_answer(tmp_path):
    merge(tmp_path, status=1)


def test_dot_is_taken_by_graphviz(frozen):
    text = merge("--format=dot", frozen)
    assert text.count("{") == text.count("}") == 1 and "->" in text
    if not shutil.which("dot"):
        pytest.skip("there is no dot (apt-get install graphviz)")
    drawn = subprocess.run(["dot", "-Tplain"], input=text.encode(), capture_output=True)
    assert drawn.returncode == 0, drawn.stderr


def test_folded_stacks_count_every_rank_once_a_role(frozen):
    lines = merge("--format=folded", frozen).splitlines()
    assert all(re.fullmatch(r".+ \d+", line) for line in lines)
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("MainThread;")) == SIZE


def test_speedscope_profiles_are_sound(frozen):
    """What its file format asks for: frames exist, as many weights as samples, their sum is the end."""
    document = json.loads(merge("--format=speedscope", frozen))
    assert document["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    frames = document["shared"]["frames"]
    assert all(isinstance(frame["name"], str) for frame in frames)
    assert 0 <= document["activeProfileIndex"] < len(document["profiles"])
    for profile in document["profiles"]:
        assert profile["type"] == "sampled" and profile["unit"] == "none"
        assert len(profile["samples"]) == len(profile["weights"])
        assert profile["endValue"] - profile["startValue"] == sum(profile["weights"])
        assert all(0 <= index < len(frames) for sample in profile["samples"] for index in sample)


def test_the_page_asks_nothing_of_the_network_and_tells_all_without_scripts(frozen):
    page = merge("--format=html", frozen)
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    without_scripts = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert "read_from_pipe" in without_scripts and "rank 2 stands out" in without_scripts
    assert without_scripts.count("<details") == without_scripts.count("</details>")
    assert without_scripts.count("<ul") == without_scripts.count("</ul>")


def test_jobs_with_a_known_culprit_and_healthy_ones(frozen):
    """A few of tools/dev/merge-truth; docs/merge.md has the figures of all."""
    done = subprocess.run([str(CHECKOUT / "tools" / "dev" / "merge-truth"), "--short", "--pycore", PYCORE],
                          capture_output=True, timeout=600)
    print(done.stdout.decode())
    assert done.returncode == 0, done.stdout.decode()


def test_text_names_the_line_of_the_program(frozen):
    text = merge(frozen)
    assert "rank 2 stands out" in text
    assert re.search(r"> read_from_pipe at .*process_job\.py:\d+", text)
