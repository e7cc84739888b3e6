# SPDX-License-Identifier: Apache-2.0
"""memcpy() from a null pointer."""
import ctypes

from native import lib


def main():
    lib.duplicate(ctypes.create_string_buffer(200000), None)
