# SPDX-License-Identifier: Apache-2.0
"""A job of mpi4py ranks with one culprit, or none:

    mpirun -n 4 python3 mpi_job.py CASE CULPRIT

Each rank says "ready" on stderr once it is about to be where it stays.
"""
import os
import sys
import threading
import time

from mpi4py import MPI

comm = MPI.COMM_WORLD
rank = comm.Get_rank()
size = comm.Get_size()


def work(seconds=0.02):
    """Work of a known length, in Python."""
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end:
        total += sum(range(200))
    return total


def spin():
    while True:
        work(0.05)


def read_from_pipe():
    reader, _writer = os.pipe()
    return os.read(reader, 1)


def take_lock_twice():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def sum_up():
    comm.Allreduce(MPI.IN_PLACE, bytearray(8))


def wait_for_all():
    comm.Barrier()


def step():
    work()
    sum_up()


def finish_step():
    work()
    sum_up()
    wait_for_all()


def ready():
    wait_for_all()
    os.write(2, b"ready %d %d\n" % (rank, os.getpid()))  # at once: lines of several ranks would mix


def case_io(culprit):
    step()
    if culprit:
        read_from_pipe()
    step()


def case_io_barrier(culprit):
    if culprit:
        read_from_pipe()
    wait_for_all()


def case_lock(culprit):
    step()
    if culprit:
        take_lock_twice()
    finish_step()


def case_sleep(culprit):
    if culprit:
        time.sleep(600)
    sum_up()


def case_spin(culprit):
    step()
    if culprit:
        spin()
    step()


def case_slow(culprit):
    while True:
        work(4 if culprit else 0.01)
        sum_up()


def case_desync(culprit):
    """Another collective than the others."""
    step()
    if culprit:
        wait_for_all()
    else:
        sum_up()
    wait_for_all()
    wait_for_all()


def case_call_site(culprit):
    """The same collective, from another line."""
    for _ in range(3):
        sum_up()
    if culprit:
        comm.Barrier()
        comm.Allreduce(MPI.IN_PLACE, bytearray(8))
    else:
        comm.Allreduce(MPI.IN_PLACE, bytearray(8))
        comm.Barrier()
        comm.Barrier()


def case_left(culprit):
    """Left the loop before the others did."""
    for number in range(5):
        if culprit and number == 3:
            break
        sum_up()
    MPI.Finalize()


def case_receive(culprit):
    """Waits for a message that nobody sends, while the others meet."""
    step()
    if culprit:
        comm.Recv(bytearray(8), source=(rank + 1) % size, tag=77)
    wait_for_all()


def case_pickled(culprit):
    """The pickling collective, which is send and receive below."""
    comm.allreduce(rank)
    if culprit:
        read_from_pipe()
    while True:
        comm.allreduce(rank)


def case_pipeline(culprit):
    """Rank r gets from r - 1 and gives to r + 1; the successors of the culprit are innocent."""
    buffer = bytearray(8)
    while True:
        if rank > 0:
            comm.Recv(buffer, source=rank - 1)
        if culprit:
            read_from_pipe()
        if rank < size - 1:
            comm.Ssend(buffer, dest=rank + 1)


def case_died(culprit):
    step()
    if culprit:
        os.kill(os.getpid(), 9)
    wait_for_all()


def case_healthy(_culprit):
    while True:
        work(0.05)
        sum_up()
        work(0.02 * (rank + 1))
        wait_for_all()


def case_healthy_work(_culprit):
    while True:
        work(1)


def case_healthy_random(_culprit):
    import random
    while True:
        work(random.random() * 0.3)
        comm.Bcast(bytearray(64), root=0)
        work(random.random() * 0.3)
        sum_up()


def case_all_in_one(_culprit):
    """All in the same collective: rank 0 of another communicator never comes. Nobody stands out."""
    twin = comm.Dup()
    half = MPI.COMM_WORLD.Split(0, rank)
    half.Barrier()
    request = twin.Irecv(bytearray(8), source=rank, tag=5)
    request.Wait()


def main(cases):
    case, culprit = sys.argv[1], int(sys.argv[2])
    ready()
    cases["case_" + case](rank == culprit)


if __name__ == "__main__":
    main(globals())
