# SPDX-License-Identifier: Apache-2.0
"""Waits for a lock on a file that a child holds."""
# bug: {"ends": "hang"}
import fcntl
import os
import time


def update(path):
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def main():
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        file = open("state.lock", "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(writer, b"1")
        time.sleep(1000)
    os.read(reader, 1)
    update("state.lock")
