# SPDX-License-Identifier: Apache-2.0
"""Python, C, Python, C, and a crash there."""
import ctypes

from native import lib

VISIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)


def visit(index):
    return lib.measure(None) + index


def main():
    lib.call_each(VISIT(visit), 3)
