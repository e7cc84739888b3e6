# SPDX-License-Identifier: Apache-2.0
"""Threads that C started: one Python never hears of, one that calls a Python function."""
import ctypes
import threading
import time

import truth

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


class Listener:
    def __init__(self):
        self.tid = None
        self.ready = threading.Event()

    def called_from_c(self, depth):
        self.tid = threading.get_native_id()
        self.ident = threading.get_ident()
        self.ready.set()
        time.sleep(1e6)
        return depth


def main():
    options = truth.arguments()
    library = ctypes.CDLL(options.lib)
    listener = Listener()
    callback = CALLBACK(listener.called_from_c)
    library.victim_start_thread()
    library.victim_start_callback_thread(callback)
    listener.ready.wait()
    teller = truth.Teller(options, {
        "gil_holder_tid": None, "gil_waiting_tids": [],
        "native_contains": {listener.tid: ["native:victim_callback_main", "native:victim_call_back",
                                           "native:victim_call_back", "python:called_from_c"]}})
    teller.native_ids[listener.ident] = listener.tid
    for step in teller.then(time.sleep, 1e6):
        step()


if __name__ == "__main__":
    main()
