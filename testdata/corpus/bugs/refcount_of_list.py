# SPDX-License-Identifier: Apache-2.0
"""A reference too few on a list, found by its next owner."""
import ctypes
import gc


def lose(thing):
    decref = ctypes.pythonapi.Py_DecRef
    decref.argtypes = [ctypes.py_object]
    for _ in range(8):
        decref(thing)


def main():
    table = {"rows": [object() for _ in range(10)]}
    lose(table["rows"])
    others = [[index] for index in range(1000)]
    table.clear()
    gc.collect()
    print(len(others))
