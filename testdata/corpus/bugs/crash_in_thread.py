# SPDX-License-Identifier: Apache-2.0
"""A crash in a worker thread."""
import threading

from native import lib


def load(index):
    lib.image_fill(None, index)


def main():
    workers = [threading.Thread(target=load, args=(index,)) for index in (1,)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
