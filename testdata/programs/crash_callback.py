# SPDX-License-Identifier: Apache-2.0
"""Python -> C -> Python -> C, three times, and a crash in the last C; in a thread, GIL held."""
# victim: {"ends": "crash"}
import ctypes
import threading

import truth

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


class Layers:
    def __init__(self, options, teller):
        self.library = ctypes.CDLL(options.lib)
        self.crash = ctypes.PyDLL(options.lib).victim_crash
        self.teller = teller

    def outer(self):
        self.library.victim_call_back(CALLBACK(self.middle), 2)

    def middle(self, depth):
        self.library.victim_call_back(CALLBACK(self.inner), 1)
        return depth

    def inner(self, depth):
        for step in self.teller.then(self.crash, None):
            step()
        return depth


def work(options):
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 11,
        "native_contains": {tid: ["python:outer", "native:victim_call_back",
                                  "native:victim_call_back", "native:victim_call_back",
                                  "python:middle", "native:victim_call_back",
                                  "native:victim_call_back", "python:inner", "native:victim_crash",
                                  "native:victim_write_through"]}})
    Layers(options, teller).outer()


def main():
    thread = threading.Thread(target=work, args=(truth.arguments(),), name="layers")
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
