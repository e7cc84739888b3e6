# SPDX-License-Identifier: Apache-2.0
"""qsort() of the C library with a comparison that is not there."""
# bug: {"held_out": true}
import ctypes


def order(values):
    library = ctypes.CDLL(None)
    library.qsort(values, ctypes.c_size_t(4), ctypes.c_size_t(4), None)


def main():
    order((ctypes.c_int * 4)(3, 1, 2, 0))
