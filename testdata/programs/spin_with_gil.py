# SPDX-License-Identifier: Apache-2.0
"""A C loop that keeps the GIL, and threads that wait for the GIL inside os.read."""
# victim: {"needs": ["gil"]}
import ctypes
import os
import threading

import truth


def read_byte(pipe):
    return os.read(pipe, 1)


def loop_in_c(teller, spin, wake_pipe):
    for step in teller.then(spin, wake_pipe):
        step()


def start_readers(pipe, count):
    threads = [threading.Thread(target=read_byte, args=(pipe,), name="reader-%d" % index, daemon=True)
               for index in range(count)]
    for thread in threads:
        thread.start()
    return [thread.native_id for thread in threads]


def main():
    options = truth.arguments(threads=3)
    library = ctypes.PyDLL(options.lib)
    read_end, write_end = os.pipe()
    waiting = start_readers(read_end, options.threads)
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": tid, "gil_waiting_tids": waiting, "busy_tids": [tid],
        "settle_seconds": 0.3,
        "native_contains": {tid: ["python:loop_in_c", "native:victim_spin",
                                  "native:victim_spin_inner"]}})
    loop_in_c(teller, library.victim_spin, write_end)


if __name__ == "__main__":
    main()
