# SPDX-License-Identifier: Apache-2.0
# victim: {"ends": "crash"}
"""A segmentation fault in C code that is called from three Python levels."""
import ctypes
import threading
import time

import truth


class Trainer:
    def __init__(self, library):
        self.library = library

    def train(self, teller):
        return [self.step(teller) for _ in range(1)]

    def step(self, teller):
        return write_to_nowhere(self.library.victim_crash, teller)


def write_to_nowhere(crash, teller):
    for step in teller.then(crash, None):
        step()


def main():
    options = truth.arguments()
    library = ctypes.CDLL(options.lib)
    library.victim_crash.argtypes = [ctypes.c_void_p]
    threading.Thread(target=time.sleep, args=(1e6,), name="bystander", daemon=True).start()
    teller = truth.Teller(options)
    tid = threading.get_native_id()
    teller.expect = {
        "gil_holder_tid": None, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 11,
        "native_contains": {tid: ["python:step", "python:write_to_nowhere",
                                  "native:victim_crash", "native:victim_write_through"]}}
    Trainer(library).train(teller)


if __name__ == "__main__":
    main()
