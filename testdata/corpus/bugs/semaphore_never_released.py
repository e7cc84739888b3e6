# SPDX-License-Identifier: Apache-2.0
"""Waits for a semaphore."""
# bug: {"ends": "hang", "held_out": true}
import threading

slots = threading.Semaphore(1)


def acquire(count):
    for _ in range(count):
        slots.acquire()


def main():
    acquire(2)
