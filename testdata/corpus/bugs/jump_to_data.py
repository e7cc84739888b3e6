# SPDX-License-Identifier: Apache-2.0
"""A function pointer that is a number."""
import ctypes

from native import lib


def main():
    lib.table_lookup(ctypes.c_void_p(0x1234567))
