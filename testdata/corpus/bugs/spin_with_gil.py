# SPDX-License-Identifier: Apache-2.0
"""A C loop that keeps the GIL, and a thread that wants it."""
# bug: {"ends": "hang", "spins": true}
import threading

from native import held


def tick():
    while True:
        pass


def solve():
    held.solve_forever()


def main():
    threading.Thread(target=tick, daemon=True).start()
    solve()
