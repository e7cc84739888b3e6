# SPDX-License-Identifier: Apache-2.0
"""Jobs of a real Slurm (two nodes on this host) and a real Open MPI: hanging ranks, frozen while they hang.

    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_jobs.py
    PYCORE_BIN=build/tools/pycore python3 -m pytest tests/tools/test_jobs.py --long   # waits for a true time limit, too
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
JOBS = CHECKOUT / "testdata" / "jobs"
sys.path.insert(0, str(CHECKOUT / "tests" / "support"))
sys.path.insert(0, str(JOBS))

import open_mpi  # noqa: E402
import slurm_cluster  # noqa: E402

RANKS = 4
WHERE = {0: "wait_in_barrier", 1: "wait_in_barrier", 2: "wait_in_barrier", 3: "load_batch"}


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if slurm_cluster.why_not():
        pytest.skip(slurm_cluster.why_not())
    with slurm_cluster.Cluster(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster


@pytest.fixture
def hanging(slurm, tmp_path):
    """The id of a job of four ranks on two nodes, all of which hang; armed, if its lines are given."""
    jobs = []

    def submit(armed="", options=(), trailer=""):
        ready = tmp_path / "ready"
        ready.mkdir()
        head = "#!/bin/bash\n#SBATCH --nodes=2 --ntasks=%d --ntasks-per-node=2\n" % RANKS
        ranks = "srun %s %s %s &\n" % (open_mpi.PYTHON, JOBS / "hanging_rank.py", ready)
        end = ("pycore_wait $!\n" if armed else "wait\n") + trailer
        jobs.append(slurm.submit(head + armed + ranks + end, "--output=%s/job.out" % tmp_path, *options,
                                 folder=tmp_path))
        open_mpi.wait_for_ranks(ready, RANKS)
        return jobs[-1]

    yield submit
    for job in jobs:
        slurm.cancel(job)


def index_of(folder):
    schemas = pytest.importorskip("schemas", reason="python3-jsonschema is not installed")
    document = json.loads((pathlib.Path(folder) / "index.json").read_text())
    schemas.validate(document)
    return document


def functions_of(file):
    done = subprocess.run([PYCORE, "stacks", "--format=json", "--native=all", str(file)], stdout=subprocess.PIPE)
    main = [thread for thread in json.loads(done.stdout)["threads"] if thread["main"]]
    return [frame["function"] for frame in main[0]["frames"]]


def check_ranks(folder, where=WHERE):
    """Each rank is there exactly once, with its own stack."""
    results = index_of(folder)["results"]
    assert sorted(result["rank"] for result in results) == list(range(RANKS)), results
    for result in results:
        assert result["error"] is None
        assert where[result["rank"]] in functions_of(folder / result["file"]), result
    return {result["rank"]: result for result in results}


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def arm(*options):
    done = subprocess.run([PYCORE, "job", "arm", *options], stdout=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0
    return done.stdout


def test_an_armed_job_is_frozen_by_a_signal_to_its_batch_script_and_keeps_its_end(slurm, hanging, tmp_path):
    job = hanging(arm("--before", "10m"), trailer='echo "ended with $?"\n')
    assert not slurm.run("scancel", "--batch", "--signal=USR1", job).returncode
    folder = tmp_path / ("freeze-" + job)
    wait_for((folder / "index.json").exists, "the index")
    ranks = check_ranks(folder)
    assert {rank: result["node"] for rank, result in ranks.items()} == {0: "n1", 1: "n1", 2: "n2", 3: "n2"}
    assert {(result["job_id"], result["step_id"], result["world_size"]) for result in ranks.values()} == {(job, "0", RANKS)}
    assert slurm.run("squeue", "-h", "-j", job, "-o", "%T").stdout.strip() == "RUNNING"
    assert not list(folder.glob("index-*"))
    slurm.run("scancel", "--signal=TERM", job + ".0")
    wait_for(lambda: "ended with" in (tmp_path / "job.out").read_text(), "the end of the script")
    assert "ended with 143" in (tmp_path / "job.out").read_text()


def test_a_job_is_frozen_before_its_time_limit(request, slurm, hanging, tmp_path):
    if not request.config.getoption("--long"):
        pytest.skip("takes two minutes; --long runs it")
    job = hanging(arm("--before", "60s"), options=["--time=2"])
    folder = tmp_path / ("freeze-" + job)
    wait_for((folder / "index.json").exists, "the index", 150)
    assert slurm.run("squeue", "-h", "-j", job, "-o", "%T").stdout.strip() == "RUNNING"
    check_ranks(folder)


def test_a_job_is_frozen_from_outside_as_often_as_one_likes(slurm, hanging, tmp_path):
    job = hanging()
    dry = slurm.run(PYCORE, "job", "freeze", "--dry-run", job + ".0", cwd=tmp_path)
    assert dry.returncode == 0 and not dry.stdout and not (tmp_path / ("freeze-%s" % job)).exists()
    assert all(word in dry.stderr for word in ("srun --jobid=%s " % job, "--overlap", "--ntasks-per-node=1", "--gres=none",
                                               "--slurm-step=%s.0" % job))
    for name, target in (("all", job), ("step", job + ".0")):
        done = slurm.run(PYCORE, "job", "freeze", target, "--format=json", "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["results"]) == RANKS
        assert "runs: srun " in done.stderr
        check_ranks(tmp_path / name)


@pytest.mark.parametrize("variable", ["SLURM_MEM_PER_NODE=100", "SLURM_NTASKS=64", "SLURM_CPU_BIND=verbose,cores"])
def test_what_the_callers_step_has_set_does_not_change_the_helpers(slurm, hanging, tmp_path, variable):
    job = hanging()
    environment = dict(slurm.environment, **dict([variable.split("=", 1)]), SLURM_JOB_ID=job)
    done = slurm.run(PYCORE, "job", "freeze", "-o", tmp_path / "out", env=environment)
    assert done.returncode == 0, done.stderr
    check_ranks(tmp_path / "out")


def test_jobs_that_cannot_be_frozen_get_one_sentence(slurm, hanging, tmp_path):
    def refused(job, **options):
        done = slurm.run(PYCORE, "job", "freeze", job, "-o", tmp_path / "out", **options)
        assert done.returncode == 1
        return done.stderr

    ended = slurm.submit("#!/bin/sh\ntrue\n", "--output=/dev/null")
    waiting = slurm.submit("#!/bin/sh\ntrue\n", "--output=/dev/null", "--begin=now+1hour")
    wait_for(lambda: not slurm.run("squeue", "-h", "-j", ended, "-t", "PD,R,CG").stdout.strip(), "an end")
    messages = {"999999": "knows no job 999999", ended: "(COMPLETED)", waiting: "has not begun"}
    for job, message in messages.items():
        told = refused(job)
        assert message in told or (job == ended and "knows no job" in told), told
        assert told.count("\n") == 1
    slurm.run("scancel", waiting)
    assert "no Slurm here" in refused("1", env=dict(slurm.environment, PATH="/nowhere"))
    nowhere = tmp_path / "slurm.conf"
    nowhere.write_text("ClusterName=gone\nSlurmctldHost=gone(127.0.0.1)\nSlurmctldPort=9\nMessageTimeout=2\n")
    assert "Slurm " in refused("1", env=dict(slurm.environment, SLURM_CONF=str(nowhere)))
    job = hanging()
    assert "no process of it runs on this node (n2)" in refused(job + ".77")


def test_a_job_of_another_user_gets_one_sentence(slurm, hanging):
    job = hanging()
    program = shutil.copy(PYCORE, slurm.folder / "pycore")
    os.chmod(program, 0o755)
    done = slurm.run("runuser", "-u", "nobody", "--", program, "job", "freeze", job, cwd="/")
    assert done.returncode == 1
    assert "belongs to root" in done.stderr and done.stderr.count("\n") == 1


def test_ranks_under_pycore_run_freeze_themselves_by_a_signal_to_all_and_live_on(slurm, tmp_path):
    """Four supervisors at once into one folder and one index; the signal reaches every process of the step."""
    (tmp_path / "ready").mkdir()
    command = "srun %s run -o %s -- %s %s %s" % (PYCORE, tmp_path / "out", open_mpi.PYTHON, JOBS / "hanging_rank.py",
                                                 tmp_path / "ready")
    job = slurm.submit("#!/bin/bash\n#SBATCH --nodes=2 --ntasks=4 --ntasks-per-node=2\n%s\n" % command,
                       "--output=%s/job.out" % tmp_path, folder=tmp_path)
    try:
        open_mpi.wait_for_ranks(tmp_path / "ready", RANKS)
        assert not slurm.run("scancel", "--signal=USR1", job + ".0").returncode
        wait_for(lambda: (tmp_path / "out" / "index.json").exists() and
                 len(index_of(tmp_path / "out")["results"]) == RANKS, "four results")
        check_ranks(tmp_path / "out")
        assert slurm.run("squeue", "-h", "-s", "-j", job, "-o", "%i").stdout.split().count(job + ".0") == 1
    finally:
        slurm.cancel(job)


def test_doctor_tells_of_slurm(slurm):
    done = slurm.run(PYCORE, "doctor", "--format=json")
    told = {finding["what"]: finding["told"] for finding in json.loads(done.stdout)["findings"]
            if finding["about"] == "slurm"}
    assert told["version"].startswith("slurm") and "SIGKILL 5 sec later" in told["time limit"]


def test_an_mpi_job_in_a_collective_is_frozen_with_the_rank_that_is_elsewhere(tmp_path):
    if open_mpi.why_not():
        pytest.skip(open_mpi.why_not())
    with open_mpi.started("hanging_collective.py", tmp_path / "ready", RANKS) as job:
        done = subprocess.run([PYCORE, "freeze", "--tree", str(job.pid), "--max-pause=2000", "-o", tmp_path / "out"],
                              stderr=subprocess.PIPE, universal_newlines=True)
        assert done.returncode == 0, done.stderr
        check_collective(tmp_path / "out")


def check_collective(folder):
    ranks = check_ranks(folder, {**dict.fromkeys(range(RANKS - 1), "average_gradients"), RANKS - 1: "load_batch"})
    assert {result["world_size"] for result in ranks.values()} == {RANKS}
    assert len({result["mpi_job"] for result in ranks.values()} - {None}) == 1
    for rank, result in ranks.items():
        assert ("PMPI_Allreduce" in functions_of(folder / result["file"])) == (rank != RANKS - 1)
        # Ranks in a collective spin, so that they have to be stopped.
        assert rank == RANKS - 1 or result["consistency"] == "stopped"


def test_mpirun_inside_of_slurm_has_each_rank_once(slurm, tmp_path):
    if open_mpi.why_not():
        pytest.skip(open_mpi.why_not())
    (tmp_path / "ready").mkdir()
    words = ["mpirun", "-n", str(RANKS), *open_mpi.OPTIONS, *open_mpi.ONLY_TCP, open_mpi.PYTHON,
             str(JOBS / "hanging_collective.py"), str(tmp_path / "ready")]
    job = slurm.submit("#!/bin/bash\n#SBATCH --nodes=2 --ntasks=4 --ntasks-per-node=2\n%s\n" % " ".join(words),
                       "--output=%s/job.out" % tmp_path, folder=tmp_path)
    try:
        open_mpi.wait_for_ranks(tmp_path / "ready", RANKS)
        done = slurm.run(PYCORE, "job", "freeze", job, "--max-pause=2000", "-o", tmp_path / "out")
        assert done.returncode == 0, done.stderr
        check_collective(tmp_path / "out")
        assert {result["node"] for result in index_of(tmp_path / "out")["results"]} == {"n1", "n2"}
    finally:
        slurm.cancel(job)


def test_the_lines_of_job_arm_are_for_any_posix_shell():
    lines = arm("--before", "1h30m")
    assert lines.startswith("#SBATCH --signal=B:USR1@5400\n")
    for shell in ("sh", "bash"):
        assert subprocess.run([shell, "-n"], input=lines, universal_newlines=True).returncode == 0
    for wrong in ("0", "x", "2d", "-1"):
        assert subprocess.run([PYCORE, "job", "arm", "--before", wrong], stderr=subprocess.DEVNULL).returncode == 2


@pytest.mark.parametrize("arguments", [[], ["thaw"], ["freeze", "1", "2"], ["freeze", "x.y"], ["arm", "1"]])
def test_wrong_usage(arguments):
    assert subprocess.run([PYCORE, "job", *arguments], stderr=subprocess.DEVNULL).returncode == 2
