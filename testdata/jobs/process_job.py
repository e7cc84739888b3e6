# SPDX-License-Identifier: Apache-2.0
"""A job of processes that talk by multiprocessing or sockets, with one culprit, or none:

    python3 process_job.py CASE CULPRIT SIZE

Starts SIZE ranks, each a program of its own with RANK and WORLD_SIZE in its environment, as torchrun does;
each prints "ready RANK PID" once it is about to be where it stays.
"""
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time


def work(seconds=0.02):
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end:
        total += sum(range(200))
    return total


def read_from_pipe():
    reader, _writer = os.pipe()
    return os.read(reader, 1)


def take_lock_twice():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def flock_of_another(path):
    import fcntl
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def spin():
    while True:
        work(0.05)


class Team:
    """What all ranks share."""

    def __init__(self, size):
        self.size = size
        self.barrier = multiprocessing.Barrier(size)
        self.other_barrier = multiprocessing.Barrier(size)
        self.lock = multiprocessing.Lock()
        self.condition = multiprocessing.Condition()
        self.tasks = multiprocessing.Queue()
        self.results = multiprocessing.Queue()
        self.pipes = [multiprocessing.Pipe() for _ in range(size)]
        self.lock_file = os.path.join(tempfile.gettempdir(), "process_job.%d.lock" % os.getpid())
        self.sockets = [socket.socketpair() for _ in range(size)]


class Rank:
    def __init__(self, team, rank, culprit):
        self.team, self.rank, self.culprit = team, rank, culprit
        # A ring: what i writes, i + 1 reads.
        self.to_next = team.sockets[rank][0]
        self.from_last = team.sockets[(rank - 1) % team.size][1]
        self.pipe_to_next = team.pipes[rank][0]
        self.pipe_from_last = team.pipes[(rank - 1) % team.size][1]

    def meet(self):
        self.team.barrier.wait()

    def pass_on(self):
        if self.rank == 0:
            self.to_next.sendall(b"x" * 8)
            return self.from_last.recv(8)
        token = self.from_last.recv(8)
        self.to_next.sendall(token)
        return token

    def pass_object(self):
        if self.rank == 0:
            self.pipe_to_next.send("token")
            return self.pipe_from_last.recv()
        token = self.pipe_from_last.recv()
        self.pipe_to_next.send(token)
        return token

    def case_barrier_io(self):
        if self.culprit:
            read_from_pipe()
        self.meet()

    def case_barrier_lock(self):
        if self.culprit:
            take_lock_twice()
        self.meet()

    def case_barrier_flock(self):
        if self.culprit:
            flock_of_another(self.team.lock_file)
        self.meet()

    def case_barrier_sleep(self):
        if self.culprit:
            time.sleep(600)
        self.meet()

    def case_barrier_spin(self):
        if self.culprit:
            spin()
        self.meet()

    def case_barrier_slow(self):
        while True:
            work(4 if self.culprit else 0.01)
            self.meet()

    def case_barrier_subprocess(self):
        if self.culprit:
            import subprocess
            subprocess.run(["sleep", "600"])
        self.meet()

    def case_barrier_desync(self):
        if self.culprit:
            self.team.other_barrier.wait()
        self.meet()
        self.team.other_barrier.wait()

    def case_barrier_died(self):
        if self.culprit:
            os.kill(os.getpid(), signal.SIGKILL)
        self.meet()

    def case_barrier_exit(self):
        if self.culprit:
            return
        self.meet()

    def case_barrier_thread(self):
        """The culprit's main thread waits for a thread of its own, which reads."""
        if self.culprit:
            reader = threading.Thread(target=read_from_pipe, daemon=True)
            reader.start()
            reader.join()
        self.meet()

    def case_ring_io(self):
        while True:
            self.pass_on()
            if self.culprit:
                read_from_pipe()

    def case_ring_lock(self):
        while True:
            self.pass_on()
            if self.culprit:
                take_lock_twice()

    def case_ring_spin(self):
        while True:
            self.pass_on()
            if self.culprit:
                spin()

    def case_ring_died(self):
        self.pass_on()
        if self.culprit:
            os.kill(os.getpid(), signal.SIGKILL)
        while True:
            self.from_last.recv(8)

    def case_pipe_io(self):
        while True:
            self.pass_object()
            if self.culprit:
                read_from_pipe()

    def case_pool_io(self):
        """Rank 0 hands out tasks and gathers results; one worker never comes back from its task."""
        if self.rank == 0:
            number = 0
            while True:
                self.team.tasks.put(number)
                self.team.results.get()
                number += 1
        while True:
            task = self.team.tasks.get()
            if self.culprit:
                read_from_pipe()
            self.team.results.put(task)

    def case_pool_lock(self):
        if self.rank == 0:
            self.meet()
            self.team.results.get()
        elif self.culprit:
            self.meet()
            take_lock_twice()
        else:
            self.meet()
            self.team.tasks.get()

    def case_full_pipe(self):
        """The culprit does not read: who writes to it is innocent, and so is who reads from it."""
        if self.culprit:
            read_from_pipe()
        if (self.rank + 1) % self.team.size == CULPRIT:
            while True:
                self.to_next.sendall(b"x" * 65536)
        while True:
            self.from_last.recv(65536)

    def case_healthy_barrier(self):
        while True:
            work(0.02 * (self.rank + 1))
            self.meet()

    def case_healthy_ring(self):
        while True:
            self.pass_on()
            work(0.05)

    def case_healthy_idle(self):
        """Rank 0 waits for results of workers that have nothing to do."""
        (self.team.results if self.rank == 0 else self.team.tasks).get()

    def case_healthy_work(self):
        while True:
            work(1)

    def case_healthy_io(self):
        """Every rank reads and writes files all the time."""
        with open(self.team.lock_file + str(self.rank), "w+b") as file:
            os.unlink(file.name)
            while True:
                file.seek(0)
                file.write(b"x" * 100000)
                os.fsync(file.fileno())
                work(0.02)

    def case_healthy_sleepers(self):
        while True:
            time.sleep(0.3)
            work(0.05)

    def case_healthy_turns(self):
        """One after the other is late."""
        turn = 0
        while True:
            work(0.4 if turn % self.team.size == self.rank else 0.01)
            turn += 1
            self.meet()


CULPRIT = int(sys.argv[2])


def run(team, rank, case, kind=Rank):
    me = kind(team, rank, rank == CULPRIT)
    team.barrier.wait()
    os.write(1, b"ready %d %d\n" % (rank, os.getpid()))  # at once: lines of several ranks would mix
    getattr(me, "case_" + case)()


def main(run=run):
    case, size = sys.argv[1], int(sys.argv[3])
    multiprocessing.set_start_method("spawn")  # so that each has its own environment
    team = Team(size)
    import fcntl
    lock = open(team.lock_file, "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    ranks = []
    for rank in range(size):
        os.environ.update(RANK=str(rank), WORLD_SIZE=str(size))
        ranks.append(multiprocessing.Process(target=run, args=(team, rank, case)))
        ranks[-1].start()
    del os.environ["RANK"]
    for process in ranks:
        process.join()
    os.unlink(team.lock_file)


if __name__ == "__main__":
    main()
