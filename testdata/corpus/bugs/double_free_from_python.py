# SPDX-License-Identifier: Apache-2.0
"""Python code gives memory back twice through ctypes."""
import ctypes


def main():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    block = ctypes.c_void_p(libc.malloc(5000))
    libc.malloc(16)
    for step in (libc.free, libc.free):
        step(block)
