# SPDX-License-Identifier: Apache-2.0
"""A crash with faulthandler on: its handler runs on a stack of its own and raises again."""
# victim: {"ends": "crash"}
import ctypes
import faulthandler
import threading

import truth


def touch(teller, crash):
    for step in teller.then(crash, 16):
        step()


def main():
    options = truth.arguments()
    faulthandler.enable()
    crash = ctypes.PyDLL(options.lib).victim_crash
    crash.argtypes = [ctypes.c_void_p]
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 11,
        "crash_site": "victim_write_through",
        "native_contains": {tid: ["python:touch", "native:victim_crash",
                                  "native:victim_write_through"]}})
    touch(teller, crash)


if __name__ == "__main__":
    main()
