# SPDX-License-Identifier: Apache-2.0
"""`pycore freeze --tree | --cgroup | --all-python`: many real processes into one folder.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_freeze_many.py
"""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PYCORE = os.environ.get("PYCORE_BIN", str(CHECKOUT / "build" / "tools" / "pycore"))
PYTHON = shutil.which("python3", path="/usr/bin") or sys.executable
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))

# A launcher: starts COUNT Pythons, each with the variables of its line, and one program that is none.
TREE = """
import json, os, subprocess, sys, time
children = [subprocess.Popen([sys.executable, "-c", line["code"]], env=dict(os.environ, **line["env"]))
            for line in json.loads(sys.argv[1])]
children.append(subprocess.Popen(["sleep", "600"]))
print("ready", *[child.pid for child in children], flush=True)
time.sleep(600)
"""
SLEEPS = "import time\ndef hang():\n    time.sleep(600)\nhang()"
SPINS = "def work():\n    while True:\n        sum(range(1000))\nwork()"
CHURNS = "import os\nwhile True:\n    pid = os.fork()\n    if pid == 0:\n        os._exit(0)\n    os.waitpid(pid, 0)"
FORKS = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\ntime.sleep(600)"


def pycore(*arguments, **options):
    options.setdefault("timeout", 120)
    return subprocess.run([PYCORE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, **options)


def line(code=SLEEPS, **env):
    return {"code": code, "env": env}


@pytest.fixture
def tree():
    """tree(lines): the launcher, with `children`: their ids, the last one's is no Python."""
    started = []

    def begin(lines, **options):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("SLURM", "OMPI", "PMI"))}
        launcher = subprocess.Popen([PYTHON, "-c", TREE, json.dumps(lines)], stdout=subprocess.PIPE,
                                    universal_newlines=True, env=environment, start_new_session=True, **options)
        started.append(launcher)
        word, *pids = launcher.stdout.readline().split()
        assert word == "ready"
        launcher.children = [int(pid) for pid in pids]
        for pid, each in zip(launcher.children, lines):
            wait_for(lambda: sleeps(pid) or each["code"] in (SPINS, CHURNS), pid)
        time.sleep(0.5 if any(each["code"] in (SPINS, CHURNS) for each in lines) else 0)
        return launcher

    yield begin
    for launcher in started:
        os.killpg(launcher.pid, signal.SIGCONT)
        os.killpg(launcher.pid, signal.SIGKILL)
        launcher.wait()
        launcher.stdout.close()


def state_of(pid):
    return pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(") ")[2][0]


def sleeps(pid):
    """In clock_nanosleep, or in select with which older Pythons sleep."""
    return pathlib.Path("/proc/%d/syscall" % pid).read_text().startswith(("230 ", "23 "))


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def index_of(folder):
    schemas = pytest.importorskip("schemas", reason="python3-jsonschema is not installed")
    document = json.loads((folder / "index.json").read_text())
    schemas.validate(document)
    return document


def functions_of(file):
    done = pycore("stacks", "--format=json", file)
    assert done.returncode == 0, done.stderr
    return [frame["function"] for thread in json.loads(done.stdout)["threads"] for frame in thread["frames"]]


def test_all_pythons_of_a_tree_are_frozen_and_the_rest_is_told_as_left_alone(tree, tmp_path):
    launcher = tree([line(RANK=str(rank), WORLD_SIZE="3") for rank in range(3)])
    done = pycore("freeze", "--tree", launcher.pid, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    document = index_of(tmp_path / "out")
    ranks = {result["pid"]: result["rank"] for result in document["results"]}
    assert ranks == {**dict(zip(launcher.children, range(3))), launcher.pid: None}
    assert [(skipped["pid"], skipped["name"]) for skipped in document["skipped"]] == [(launcher.children[-1], "sleep")]
    for result in document["results"]:
        file = tmp_path / "out" / result["file"]
        assert file.stat().st_size == result["bytes"] and stat.S_IMODE(file.stat().st_mode) == 0o600
        assert result["consistency"] == "quiescent" and result["world_size"] == (3 if result["rank"] is not None else None)
        assert result["rank"] is None or "hang" in functions_of(file)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "index.json", *(result["file"] for result in document["results"])}
    assert all(("rank%d-" % result["rank"] if result["rank"] is not None else "pycore-") in result["file"]
               for result in document["results"])


def test_the_options_of_freezing_one_hold_for_many(tree, tmp_path):
    launcher = tree([line(RANK="0")])
    done = pycore("freeze", "--tree", launcher.children[0], "--bundle", "--redact", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    [result] = index_of(tmp_path)["results"]
    assert result["file"].endswith(".tar.zst")
    assert "hang" in functions_of(tmp_path / result["file"])


def test_ranks_come_from_the_nearest_launcher(tree, tmp_path):
    launcher = tree([line(OMPI_COMM_WORLD_RANK="5", PMIX_RANK="6", RANK="7", SLURM_PROCID="0", SLURM_STEP_ID="0",
                          OMPI_COMM_WORLD_SIZE="9", PMIX_NAMESPACE="job-1"),
                     line(PMI_RANK="2", RANK="7", PMI_SIZE="4"), line(RANK="no number", SLURM_PROCID="3",
                                                                      SLURM_STEP_ID="1", SLURM_JOB_ID="17",
                                                                      SLURM_STEP_NUM_TASKS="4", SLURMD_NODENAME="n7"),
                     line(SLURM_PROCID="0", SLURM_JOB_ID="17")])
    assert pycore("freeze", "--tree", launcher.pid, "-o", tmp_path).returncode == 0
    results = {result["pid"]: result for result in index_of(tmp_path)["results"]}
    told = [[results[pid][key] for key in ("rank", "world_size", "job_id", "step_id", "node", "mpi_job")]
            for pid in launcher.children[:-1]]
    assert told == [[5, 9, None, "0", None, "job-1"], [2, 4, None, None, None, None], [3, 4, "17", "1", "n7", None],
                    [None, None, "17", None, None, None]]
    assert results[launcher.children[2]]["file"].startswith("rank3-n7-")


def test_a_python_that_starts_ranks_is_no_rank_itself(tree, tmp_path):
    launcher = "import subprocess, sys, os, time\nsubprocess.Popen([sys.executable, '-c', %r], env=dict(os.environ, " \
               "RANK='0', WORLD_SIZE='1'))\ntime.sleep(600)" % SLEEPS
    outer = tree([line(launcher, SLURM_PROCID="0", SLURM_STEP_ID="0", SLURM_JOB_ID="4")])
    time.sleep(1)
    assert pycore("freeze", "--tree", outer.children[0], "-o", tmp_path).returncode == 0
    results = index_of(tmp_path)["results"]
    assert [(result["rank"], result["pid"] == outer.children[0]) for result in results] == [(0, False), (None, True)]


def test_helpers_that_a_rank_forked_are_told_as_its_children(tree, tmp_path):
    launcher = tree([line(FORKS, RANK="0")])
    time.sleep(0.3)
    assert pycore("freeze", "--tree", launcher.children[0], "-o", tmp_path).returncode == 0
    assert sorted((result["rank"], result["child_of"]) for result in index_of(tmp_path)["results"]
                  if result["child_of"] is not None) == [(0, launcher.children[0])]


def test_a_second_freeze_into_the_same_folder_overwrites_nothing(tree, tmp_path):
    launcher = tree([line(RANK="0")])
    (tmp_path / "notes.txt").write_text("mine")
    for _ in range(2):
        assert pycore("freeze", "--tree", launcher.children[0], "-o", tmp_path).returncode == 0
    results = index_of(tmp_path)["results"]
    assert len({result["file"] for result in results}) == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 4


def test_an_index_that_is_not_ours_is_left_as_it_is(tree, tmp_path):
    launcher = tree([line()])
    (tmp_path / "index.json").write_text("[1, 2]")
    done = pycore("freeze", "--tree", launcher.children[0], "-o", tmp_path)
    assert done.returncode == 0 and "left as it is" in done.stderr
    assert (tmp_path / "index.json").read_text() == "[1, 2]"
    assert len(json.loads((tmp_path / "index.2.json").read_text())["results"]) == 1


def test_a_process_that_cannot_be_frozen_is_told_and_the_others_are_frozen(tree, tmp_path):
    launcher = tree([line(RANK="0"), line(SPINS, RANK="1")])
    done = pycore("freeze", "--tree", launcher.pid, "--stop=always", "--max-pause=0", "-o", tmp_path)
    assert done.returncode == 3
    assert {result["consistency"] for result in index_of(tmp_path)["results"]} == {"partial"}


def test_sixty_four_processes(tree, tmp_path):
    launcher = tree([line(RANK=str(rank), WORLD_SIZE="64") for rank in range(64)])
    done = pycore("freeze", "--tree", launcher.pid, "-o", tmp_path, "--format=json")
    assert done.returncode == 0, done.stderr
    assert sorted(result["rank"] for result in json.loads(done.stdout)["results"]
                  if result["rank"] is not None) == list(range(64))


def test_a_terminal_sees_how_far_it_is_and_nobody_else_does(tree, tmp_path):
    launcher = tree([line() for _ in range(8)])
    ours, theirs = pty.openpty()
    command = [PYCORE, "freeze", "--jobs=1", "--tree", str(launcher.pid), "-o"]
    with subprocess.Popen([*command, tmp_path / "a"], stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):      # the other end was closed
            while True:
                shown += os.read(ours, 4096)
        os.close(ours)
        assert process.wait(60) == 0
    assert b" of 10 processes" in shown and b"\x1b[K" in shown
    done = subprocess.run([*command, tmp_path / "b"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0 and b"\x1b" not in done.stdout + done.stderr


def test_ctrl_c_in_the_middle_leaves_no_half_file_and_nobody_stopped(tree, tmp_path):
    launcher = tree([line(SPINS, RANK=str(rank)) for rank in range(6)])
    freezer = subprocess.Popen([PYCORE, "freeze", "--tree", str(launcher.pid), "--stop=always", "--jobs=2",
                                "--max-pause=1000", "-o", str(tmp_path)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, universal_newlines=True, start_new_session=True)
    wait_for(lambda: any(path.name.endswith(".zst") for path in tmp_path.iterdir()), "the first file")
    os.killpg(freezer.pid, signal.SIGINT)
    freezer.communicate(timeout=60)
    assert freezer.returncode == 3
    results = index_of(tmp_path)["results"]
    assert any("interrupted" in (result["error"] or "") for result in results)
    told = {result["file"] for result in results if result["file"]}
    files = {path.name for path in tmp_path.iterdir()} - {"index.json"}     # one more may just have got its name
    assert files >= told and all(re.fullmatch(r"(rank\d+|pycore)-.*\.core\.zst", file) for file in files)
    assert all("work" in functions_of(tmp_path / file) for file in files if file.startswith("rank"))
    time.sleep(0.3)
    for pid in launcher.children:
        assert state_of(pid) in "RS"
        assert "TracerPid:\t0" in pathlib.Path("/proc/%d/status" % pid).read_text()


def test_no_space_leaves_no_half_file(tree, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    launcher = tree([line(RANK="0"), line(RANK="1")])
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)], stderr=subprocess.DEVNULL)
    if mounted.returncode:
        pytest.skip("mounting is not possible here")
    try:
        done = pycore("freeze", "--tree", launcher.pid, "-o", tmp_path)
        assert done.returncode == 1
        assert done.stderr.count("No space left") >= 3
        assert [path.name for path in tmp_path.iterdir() if path.name != "index.json"] == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.parametrize("arguments, sentence", [
    (["--tree", "2147483000"], "there is no process with this id"),
    (["--cgroup", "/no/such/group"], "there is no such control group"),
    (["--slurm-step", "99999.0"], "no process of it runs on this node")])
def test_a_set_that_is_not_there_gets_one_sentence(arguments, sentence, tmp_path):
    done = pycore("freeze", *arguments, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert sentence in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["1", "--all-python"], ["--tree", "1", "--all-python"], ["--tree", "x"],
                                       ["--slurm-step", "a.b", "-o", "x"]])
def test_wrong_usage(arguments):
    assert pycore("freeze", *arguments).returncode == 2


def test_a_tree_without_a_python_freezes_nothing(tree, tmp_path):
    launcher = tree([])
    done = pycore("freeze", "--tree", launcher.children[-1], "-o", tmp_path / "out")
    assert done.returncode == 1 and "no Python among them" in done.stderr


def test_a_file_in_the_place_of_the_folder(tree, tmp_path):
    launcher = tree([])
    (tmp_path / "out").write_text("")
    done = pycore("freeze", "--tree", launcher.pid, "-o", tmp_path / "out")
    assert done.returncode == 1 and "cannot make this folder" in done.stderr


def test_processes_that_come_and_go_while_they_are_listed_are_no_failure(tree, tmp_path):
    launcher = tree([line(RANK="0"), line(CHURNS)])
    for attempt in range(3):
        done = pycore("freeze", "--tree", launcher.pid, "--max-pause=1000", "-o", tmp_path)
        assert done.returncode == 0, done.stderr
    assert sum(result["rank"] == 0 for result in index_of(tmp_path)["results"]) == 3


def test_a_control_group(tree, tmp_path):
    for controller in ("pids", "freezer", "unified", "cpu", "."):
        group = pathlib.Path("/sys/fs/cgroup") / controller / ("pycore-test-%d" % os.getpid())
        try:
            (group / "inner").mkdir(parents=True)
            break
        except OSError:
            continue
    else:
        pytest.skip("control groups cannot be made here")
    launcher = tree([line(RANK="0"), line(RANK="1")])
    try:
        (group / "cgroup.procs").write_text(str(launcher.children[0]))
        (group / "inner" / "cgroup.procs").write_text(str(launcher.children[1]))
        for name in (group, "/" + group.name):
            done = pycore("freeze", "--cgroup", name, "--format=json", "-o", tmp_path / "out")
            assert done.returncode == 0, done.stderr
            assert [result["pid"] for result in json.loads(done.stdout)["results"]] == launcher.children[:2]
    finally:
        for pid in launcher.children[:2]:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not (group / "cgroup.procs").read_text() and not (group / "inner" / "cgroup.procs").read_text(),
                 "an empty group")
        (group / "inner").rmdir()
        group.rmdir()


def test_all_pythons_of_a_user_who_is_not_root(tree, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    folder = pathlib.Path("/tmp/pycore-test-%d" % os.getpid())
    folder.mkdir()
    try:
        shutil.copy(PYCORE, folder / "pycore")
        os.chmod(folder, 0o777)
        os.chmod(folder / "pycore", 0o755)
        theirs = tree([line(RANK="0")], preexec_fn=lambda: os.setuid(65534))
        ours = tree([line(RANK="1")])
        done = subprocess.run([str(folder / "pycore"), "freeze", "--all-python", "--format=json", "-o",
                               str(folder / "out")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True, preexec_fn=lambda: os.setuid(65534), cwd="/")
        assert done.returncode == 0, done.stderr
        pids = {result["pid"] for result in json.loads(done.stdout)["results"]}
        assert theirs.children[0] in pids and ours.children[0] not in pids
        assert "other users" in done.stderr
        refused = subprocess.run([str(folder / "pycore"), "freeze", "--tree", str(ours.pid), "-o", str(folder / "no")],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                                 preexec_fn=lambda: os.setuid(65534), cwd="/")
        assert refused.returncode == 1
        assert refused.stderr.count("belongs to user 0") == 3      # two Pythons, and what is none
    finally:
        shutil.rmtree(folder)
