# SPDX-License-Identifier: Apache-2.0
"""Runs a program of this folder under Debian's Open MPI, until its `with` ends.

    with open_mpi.started("hanging_collective.py", ready=folder, ranks=4) as job:
        ...                                      # all ranks have touched READY/RANK; job.pid is mpirun's

    python3 testdata/jobs/open_mpi.py hanging_collective.py READY_FOLDER [RANKS]   # by hand, until Ctrl-C

why_not() says what is missing (openmpi-bin, python3-mpi4py).
"""
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"      # the one that Debian's mpi4py belongs to
OPTIONS = ["--oversubscribe", "--allow-run-as-root", "--mca", "oob_tcp_if_include", "lo"]
SHARED_MEMORY = ["--mca", "btl", "self,vader"]
# Two nodes of Slurm's on one host would take each other's shared memory for their own.
ONLY_TCP = ["--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "lo"]
READY_SECONDS = 60


def why_not():
    if not shutil.which("mpirun"):
        return "mpirun is not installed (apt-get install openmpi-bin)"
    if subprocess.run([PYTHON, "-c", "import mpi4py"], stderr=subprocess.DEVNULL).returncode:
        return "%s has no mpi4py (apt-get install python3-mpi4py)" % PYTHON
    return ""


def command(program, ready, ranks):
    return ["mpirun", "-n", str(ranks), *OPTIONS, *SHARED_MEMORY, PYTHON, str(FOLDER / program), str(ready)]


def end_with_us():
    """mpirun ends its ranks, which would spin for ever, when we are killed."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


@contextlib.contextmanager
def started(program, ready, ranks=4):
    ready = pathlib.Path(ready)
    ready.mkdir(parents=True, exist_ok=True)
    job = subprocess.Popen(command(program, ready, ranks), stdin=subprocess.DEVNULL, start_new_session=True,
                           preexec_fn=end_with_us)
    try:
        wait_for_ranks(ready, ranks, lambda: job.poll() is None)
        yield job
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGTERM)
        try:
            job.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(job.pid, signal.SIGKILL)
            job.wait()


def wait_for_ranks(ready, ranks, lives=lambda: True):
    deadline = time.monotonic() + READY_SECONDS
    wanted = {str(rank) for rank in range(ranks)}
    while not wanted <= {path.name for path in pathlib.Path(ready).iterdir()}:
        if not lives() or time.monotonic() > deadline:
            raise RuntimeError("the ranks did not come up: %s" % sorted(p.name for p in pathlib.Path(ready).iterdir()))
        time.sleep(0.1)
    time.sleep(0.5)  # from there into the collective


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 2
    ranks = int(arguments[2]) if len(arguments) > 2 else 4
    with started(arguments[0], arguments[1], ranks) as job:
        print("mpirun is process %d; Ctrl-C ends it" % job.pid)
        with contextlib.suppress(KeyboardInterrupt):
            job.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
