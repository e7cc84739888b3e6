# SPDX-License-Identifier: Apache-2.0
"""gc.collect() stands in a finalizer; another thread runs into nothing and waits."""
import gc
import threading
import time

import truth


class Node:
    def __init__(self, teller):
        self.teller = teller
        self.itself = self

    def __del__(self):
        self.release()

    def release(self):
        for step in self.teller.then(time.sleep, 1e6):
            step()


def collect():
    return gc.collect()


def main():
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": None, "gil_waiting_tids": [], "gc_collecting": True})
    gc.disable()
    threading.Thread(target=threading.Event().wait, name="waiter", daemon=True).start()
    Node(teller)
    collect()


if __name__ == "__main__":
    main()
