# SPDX-License-Identifier: Apache-2.0
"""An MPI job that hangs: all ranks but the last are in Allreduce, the last one is elsewhere.

    mpirun -n 4 --oversubscribe python3 testdata/jobs/hanging_collective.py READY_FOLDER

Ranks in a collective spin. Touches READY_FOLDER/RANK just before it hangs.
"""
import pathlib
import sys
import time
from array import array

from mpi4py import MPI

comm = MPI.COMM_WORLD


def average_gradients(step):
    values, sums = array("d", [1.0] * 8), array("d", [0.0] * 8)
    comm.Allreduce(values, sums)


def load_batch(step):
    time.sleep(1e6)


def main():
    average_gradients(0)
    (pathlib.Path(sys.argv[1]) / str(comm.Get_rank())).touch()
    if comm.Get_rank() == comm.Get_size() - 1:
        load_batch(1)
    average_gradients(1)


main()
