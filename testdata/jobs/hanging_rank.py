# SPDX-License-Identifier: Apache-2.0
"""A rank that hangs: all wait in a barrier for the last one, which waits for data that never come.

    srun -n4 python3 testdata/jobs/hanging_rank.py READY_FOLDER

Touches READY_FOLDER/RANK when it hangs.
"""
import os
import pathlib
import sys
import threading
import time

RANK = int(os.environ.get("OMPI_COMM_WORLD_RANK", os.environ.get("SLURM_PROCID", "0")))
SIZE = int(os.environ.get("OMPI_COMM_WORLD_SIZE", os.environ.get("SLURM_NTASKS", "1")))


def wait_in_barrier(step):
    time.sleep(1e6 + step)


def load_batch(step):
    never = threading.Event()
    never.wait(1e6 + step)


def train():
    for step in range(RANK, RANK + 1):
        if RANK == SIZE - 1:
            load_batch(step)
        else:
            wait_in_barrier(step)


def main():
    ready = pathlib.Path(sys.argv[1]) / str(RANK)
    threading.Timer(0.2, ready.touch).start()
    train()


main()
