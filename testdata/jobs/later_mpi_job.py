# SPDX-License-Identifier: Apache-2.0
"""More cases of mpi_job.py, written after the rules of `pycore merge` were made and measured once before anything was
changed for them:

    mpirun -n 4 python3 later_mpi_job.py CASE CULPRIT
"""
import time

from mpi4py import MPI

import mpi_job
from mpi_job import comm, rank, read_from_pipe, size, step, take_lock_twice, wait_for_all, work


def case_scatter_gather(culprit):
    """The culprit has taken the other way round."""
    step()
    one, all_of_them = bytearray(8), bytearray(8 * size)
    if culprit:
        comm.Gather(one, all_of_them, root=0)
    comm.Scatter(all_of_them, one, root=0)
    wait_for_all()


def case_polled_barrier(culprit):
    """A barrier that is asked for now and then."""
    step()
    if culprit:
        read_from_pipe()
    request = comm.Ibarrier()
    while not request.Test():
        time.sleep(0.01)


def case_halo(culprit):
    """Neighbours exchange; one is stuck between two exchanges."""
    there, back = bytearray(64), bytearray(64)
    for number in range(1_000_000):
        comm.Sendrecv(there, (rank + 1) % size, 0, back, (rank - 1) % size, 0)
        if culprit and number == 20:
            take_lock_twice()


def case_window(culprit):
    """One-sided communication: a fence that one rank does not come to."""
    window = MPI.Win.Allocate(64, comm=comm)
    window.Fence()
    if culprit:
        read_from_pipe()
    window.Fence()


def case_halves(culprit):
    """Two groups, each with sums of its own; the group without the culprit goes on to where all meet."""
    half = comm.Split(rank % 2, rank)
    work()
    if culprit:
        read_from_pipe()
    half.Allreduce(MPI.IN_PLACE, bytearray(8))
    wait_for_all()


def case_gather_sleep(culprit):
    step()
    if culprit:
        time.sleep(600)
    comm.gather({"rank": rank}, root=0)
    wait_for_all()


def case_healthy_workers(_culprit):
    """Rank 0 hands out work; who is idle waits for it."""
    if rank == 0:
        status = MPI.Status()
        while True:
            comm.recv(source=MPI.ANY_SOURCE, status=status)
            work(0.05)
            comm.send("task", dest=status.Get_source())
    while True:
        comm.send("ready", dest=0)
        comm.recv(source=0)
        work(0.1)


def case_healthy_halves(_culprit):
    half = comm.Split(rank % 2, rank)
    while True:
        work(0.05 * (1 + rank % 2))
        half.Allreduce(MPI.IN_PLACE, bytearray(8))
        work(0.02)
        wait_for_all()


if __name__ == "__main__":
    mpi_job.main(globals())
