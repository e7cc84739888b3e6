# SPDX-License-Identifier: Apache-2.0
"""A function pointer that was never set, called by ctypes itself."""
import ctypes


def main():
    ctypes.CFUNCTYPE(ctypes.c_int)(0)()
