# SPDX-License-Identifier: Apache-2.0
"""Py_FatalError called through ctypes, with the GIL held."""
# victim: {"ends": "crash"}
import ctypes
import threading

import truth


def break_invariant(teller):
    for step in teller.then(ctypes.pythonapi.Py_FatalError, b"this is a test"):
        step()


def main():
    ctypes.pythonapi.Py_FatalError.argtypes = [ctypes.c_char_p]
    tid = threading.get_native_id()
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 6,
        "native_contains": {tid: ["python:main", "python:break_invariant"]}})
    break_invariant(teller)


if __name__ == "__main__":
    main()
