# SPDX-License-Identifier: Apache-2.0
"""One thread holds the GIL and wants a C mutex, another holds the mutex and wants the GIL."""
# bug: {"ends": "hang"}
import ctypes
import threading
import time

from native import held, lib

VISIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


def inspect(index):
    time.sleep(0.5)
    return index


def scan():
    lib.device_with_lock(VISIT(inspect))


def main():
    threading.Thread(target=scan, daemon=True).start()
    time.sleep(0.2)
    held.device_lock_twice()
