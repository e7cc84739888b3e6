# SPDX-License-Identifier: Apache-2.0
"""The C API called with NULL, through ctypes."""
import ctypes


def attribute(thing):
    return ctypes.pythonapi.PyObject_GetAttrString(thing, b"name")


def main():
    attribute(None)
