# SPDX-License-Identifier: Apache-2.0
"""A C loop in a thread that gave the GIL away; nobody holds it."""
import ctypes
import threading

import truth


def loop_in_c(teller, spin):
    for step in teller.then(spin, -1):
        step()


def main():
    options = truth.arguments()
    library = ctypes.CDLL(options.lib)
    threading.Thread(target=threading.Event().wait, name="waiter", daemon=True).start()
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": None, "gil_waiting_tids": [], "busy_tids": [tid],
        "native_contains": {tid: ["python:main", "python:loop_in_c", "native:victim_spin",
                                  "native:victim_spin_inner"]}})
    loop_in_c(teller, library.victim_spin)


if __name__ == "__main__":
    main()
