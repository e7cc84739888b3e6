# SPDX-License-Identifier: Apache-2.0
"""A Python object at an address that holds none."""
# bug: {"held_out": true}
import ctypes


def lookup(address):
    return ctypes.cast(address, ctypes.py_object).value


def main():
    print(lookup(0x40))
