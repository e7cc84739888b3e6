# SPDX-License-Identifier: Apache-2.0
"""A program that hangs: two threads wait for each other's lock, one sorts in C with a Python callback
that never comes back, and the main thread waits for all of them."""
import ctypes
import threading
import time

accounts = {"alice": threading.Lock(), "bob": threading.Lock()}
both_hold_one = threading.Barrier(2)
sorting = threading.Event()


class Transfer:
    def __init__(self, source, target):
        self.source, self.target = source, target

    def run(self):
        with accounts[self.source]:
            both_hold_one.wait()
            self.credit()

    def credit(self):
        with accounts[self.target]:  # the other thread holds it, and waits for ours
            print("never")


def compare_slowly(left, right):
    sorting.set()
    time.sleep(1e6)
    return left[0] - right[0]


def sort_in_c():
    """Python calls C calls Python."""
    numbers = (ctypes.c_int * 3)(3, 1, 2)
    pointer = ctypes.POINTER(ctypes.c_int)
    callback = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(compare_slowly)
    ctypes.CDLL(None).qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), callback)


def main():
    threads = [threading.Thread(target=Transfer("alice", "bob").run, name="alice to bob", daemon=True),
               threading.Thread(target=Transfer("bob", "alice").run, name="bob to alice", daemon=True),
               threading.Thread(target=sort_in_c, name="sorter", daemon=True)]
    for thread in threads:
        thread.start()
    sorting.wait()
    time.sleep(0.5)  # until both transfers wait for their second lock
    print("hanging", flush=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
