# SPDX-License-Identifier: Apache-2.0
"""Python -> ctypes -> libc's qsort -> Python: asleep in the comparison."""
import ctypes
import threading
import time

import truth

COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))


class Sorter:
    def __init__(self, library, teller):
        self.library = library
        self.teller = teller

    def sort(self, values):
        numbers = (ctypes.c_int * len(values))(*values)
        self.library.victim_sort(numbers, len(values), COMPARE(self.compare))

    def compare(self, left, right):
        if left[0] + right[0] > 3:
            self.stop()
        return left[0] - right[0]

    def stop(self):
        for step in self.teller.then(time.sleep, 1e6):
            step()


def main():
    options = truth.arguments()
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": None, "gil_waiting_tids": [],
        "native_contains": {tid: ["python:sort", "native:victim_sort", "python:compare",
                                  "python:stop"]}})
    Sorter(ctypes.CDLL(options.lib), teller).sort([3, 1, 2, 5, 4])


if __name__ == "__main__":
    main()
