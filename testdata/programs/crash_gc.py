# SPDX-License-Identifier: Apache-2.0
"""A crash in a gc callback during gc.collect()."""
# victim: {"ends": "crash"}
import ctypes
import gc
import threading

import truth


class Watcher:
    def __init__(self, teller, crash):
        self.teller = teller
        self.crash = crash

    def __call__(self, phase, info):
        if phase == "stop":
            for step in self.teller.then(self.crash, None):
                step()


def main():
    options = truth.arguments()
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 11,
        "gc_collecting": True, "crash_site": "victim_write_through",
        "native_contains": {tid: ["python:main", "python:__call__", "native:victim_crash",
                                  "native:victim_write_through"]}})
    gc.disable()
    gc.callbacks.append(Watcher(teller, ctypes.PyDLL(options.lib).victim_crash))
    gc.collect()


if __name__ == "__main__":
    main()
