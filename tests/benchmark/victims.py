# SPDX-License-Identifier: Apache-2.0
"""Cores of processes of a known shape (victim.py), for everything that is measured."""
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

VICTIM = Path(__file__).resolve().parent / "victim.py"

# What victim.py is told. With its own frames and those of threading, a thread is four frames deeper.
SHAPES = {
    "4threads": ("--threads", 3, "--depth", 20),
    "200threads": ("--threads", 199, "--depth", 22),
    "1000threads": ("--threads", 999, "--depth", 8),
    "deep": ("--threads", 0, "--depth", 10_000),
    "200mb": ("--threads", 7, "--depth", 20, "--fill-mb", 190),
    "sparse": ("--threads", 3, "--depth", 20, "--reserve-gib", 100),
}


def make_core(folder, python, shape):
    """A kernel core of a still process; None where the kernel hands cores to a pipe."""
    if Path("/proc/sys/kernel/core_pattern").read_text().startswith("|"):
        return None
    work = folder / shape
    work.mkdir()
    ready = work / "ready"
    process = subprocess.Popen([python, VICTIM, ready, *map(str, SHAPES[shape])], cwd=work,
                               preexec_fn=unlimited_core, stderr=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            sys.exit(f"the process to measure ({shape}) ended by itself with {process.returncode}")
        time.sleep(0.05)
    process.send_signal(signal.SIGABRT)
    process.wait()
    cores = [path for path in work.iterdir() if path.name.startswith("core")]
    return cores[0] if cores else None


def unlimited_core():
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
