# SPDX-License-Identifier: Apache-2.0
"""References that are given back too often; what has their memory next finds out."""
import ctypes
import gc


class Row:
    pass


def lose(rows):
    decref = ctypes.pythonapi.Py_DecRef
    decref.argtypes = [ctypes.py_object]
    for row in rows:
        decref(row)


def main():
    rows = [Row() for _ in range(200)]
    lose(rows)
    rows.clear()
    rows = [Row() for _ in range(200)]
    lose(rows)
    others = [[Row()] for _ in range(1000)]
    del rows
    gc.collect()
    print(len(others))
