# SPDX-License-Identifier: Apache-2.0
"""A C loop in a thread of its own; the main thread waits for the thread."""
# bug: {"ends": "hang", "spins": true}
import threading

from native import lib


def solve():
    lib.solve_forever()


def main():
    worker = threading.Thread(target=solve)
    worker.start()
    worker.join()
