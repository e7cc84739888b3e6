# SPDX-License-Identifier: Apache-2.0
"""More cases of process_job.py, written after the rules of `pycore merge` were made and measured once before anything
was changed for them:

    python3 later_process_job.py CASE CULPRIT SIZE
"""
import asyncio
import ctypes
import hashlib
import os
import select
import signal
import sqlite3
import sys
import time

import process_job
from process_job import flock_of_another, read_from_pipe, take_lock_twice, work


class LaterRank(process_job.Rank):
    def case_lock_held(self):
        """The culprit reads while it has what the others want."""
        if not self.culprit:
            time.sleep(0.3)
        with self.team.lock:
            read_from_pipe()

    def case_condition_io(self):
        """All wait to be notified by the culprit."""
        if self.culprit:
            read_from_pipe()
        with self.team.condition:
            self.team.condition.wait()

    def case_hashing(self):
        """The culprit is in C for minutes, without the interpreter."""
        if self.culprit:
            hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)
        self.meet()

    def case_server_lock(self):
        """Rank 0 serves the others, and stands still between two requests."""
        sockets = self.team.sockets
        if self.rank == 0:
            served = 0
            while True:
                ready, _, _ = select.select([pair[0] for pair in sockets[1:]], [], [])
                for one in ready:
                    one.sendall(one.recv(8))
                    served += 1
                if served > 50:
                    take_lock_twice()
        while True:
            sockets[self.rank][1].sendall(b"x" * 8)
            sockets[self.rank][1].recv(8)

    def case_gather_poll(self):
        """Rank 0 gets one message of each, in order; the culprit polls for what never comes."""
        if self.rank == 0:
            for sender in range(1, self.team.size):
                self.team.pipes[sender][1].recv()
        if self.culprit:
            reader, _writer = os.pipe()
            select.select([reader], [], [])
        if self.rank:
            self.team.pipes[self.rank][0].send(self.rank)
        self.meet()

    def case_database(self):
        """The culprit sleeps in a transaction, all others want one."""
        database = sqlite3.connect(self.team.lock_file + ".db", timeout=3600)
        if not self.culprit:
            time.sleep(0.5)
        database.execute("BEGIN EXCLUSIVE")
        time.sleep(600)

    def case_files(self):
        """A barrier of files that everybody looks for, as on a shared file system."""
        if self.culprit:
            read_from_pipe()
        open("%s.%d" % (self.team.lock_file, self.rank), "w").close()
        self.wait_for_files()

    def wait_for_files(self):
        while not all(os.path.exists("%s.%d" % (self.team.lock_file, rank)) for rank in range(self.team.size)):
            time.sleep(0.1)

    def case_event_loop(self):
        """A ring of asyncio streams; the culprit blocks its loop."""
        asyncio.run(self.ring_of_streams(read_from_pipe if self.culprit else None))

    async def ring_of_streams(self, then):
        reader, _ = await asyncio.open_connection(sock=self.from_last)
        _, writer = await asyncio.open_connection(sock=self.to_next)
        if self.rank == 0:
            writer.write(b"x")
        while True:
            token = await reader.readexactly(1)
            if then:
                then()
            await asyncio.sleep(0.01)
            writer.write(token)

    def case_future(self):
        """The culprit waits for a task of its own, which waits for a file lock."""
        if self.culprit:
            from concurrent.futures import ThreadPoolExecutor
            ThreadPoolExecutor(2).submit(flock_of_another, self.team.lock_file).result()
        self.meet()

    def case_import(self):
        """A module that waits for something when it is imported."""
        if self.culprit:
            folder = self.team.lock_file + ".d"
            os.mkdir(folder)
            with open(folder + "/endless.py", "w") as module:
                module.write("import process_job\nprocess_job.read_from_pipe()\n")
            sys.path.insert(0, folder)
            import endless  # noqa: F401
        self.meet()

    def case_stopped(self):
        """Somebody stopped the culprit on its way."""
        if self.culprit:
            os.kill(os.getpid(), signal.SIGSTOP)
        self.meet()

    def case_paused_in_c(self):
        if self.culprit:
            ctypes.CDLL(None).pause()
        self.meet()

    def case_stages(self):
        """Each stage takes what the one before put; the culprit waits for a file lock in between."""
        while True:
            self.pass_object()
            if self.culprit:
                flock_of_another(self.team.lock_file)

    def case_healthy_files(self):
        while True:
            work(0.05 * (self.rank + 1))
            open("%s.%d" % (self.team.lock_file, self.rank), "w").close()
            self.wait_for_files()
            self.meet()
            if self.rank == 0:
                for rank in range(self.team.size):
                    os.unlink("%s.%d" % (self.team.lock_file, rank))
            self.meet()

    def case_healthy_event_loop(self):
        asyncio.run(self.ring_of_streams(None))

    def case_healthy_server(self):
        """Rank 0 serves; the others work and ask now and then."""
        sockets = self.team.sockets
        while self.rank == 0:
            for one in select.select([pair[0] for pair in sockets[1:]], [], [])[0]:
                one.sendall(one.recv(8))
        while True:
            work(0.2)
            sockets[self.rank][1].sendall(b"x" * 8)
            sockets[self.rank][1].recv(8)

    def case_healthy_stages(self):
        while True:
            self.pass_object()
            work(0.1)


def run(team, rank, case):
    process_job.run(team, rank, case, LaterRank)


if __name__ == "__main__":
    process_job.main(run)
