# SPDX-License-Identifier: Apache-2.0
"""Joins a thread that sleeps."""
# bug: {"ends": "hang", "held_out": true}
import threading
import time


def nap():
    time.sleep(1000)


def finish(worker):
    worker.join()


def main():
    worker = threading.Thread(target=nap, daemon=True)
    worker.start()
    finish(worker)
