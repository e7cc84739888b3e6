# SPDX-License-Identifier: Apache-2.0
"""The C API asked for the text of NULL."""
# bug: {"held_out": true}
import ctypes


def text(thing):
    return ctypes.pythonapi.PyUnicode_AsUTF8(thing)


def main():
    text(None)
