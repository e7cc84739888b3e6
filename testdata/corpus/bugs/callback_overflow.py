# SPDX-License-Identifier: Apache-2.0
"""C calls Python calls C without an end."""
import ctypes
import sys

from native import lib

VISIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


@VISIT
def descend(depth):
    return lib.call_each(descend, 1)


def main():
    sys.setrecursionlimit(10 ** 7)
    lib.call_each(descend, 1)
