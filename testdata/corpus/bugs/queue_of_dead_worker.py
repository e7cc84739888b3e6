# SPDX-License-Identifier: Apache-2.0
"""The worker died; somebody still waits for what it would have put."""
# bug: {"ends": "hang"}
import queue
import threading

results = queue.Queue()


def produce():
    raise SystemExit


def consume():
    return results.get()


def main():
    worker = threading.Thread(target=produce)
    worker.start()
    consume()
