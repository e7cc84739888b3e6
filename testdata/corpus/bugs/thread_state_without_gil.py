# SPDX-License-Identifier: Apache-2.0
"""A fatal error: an API function that needs the GIL."""
import ctypes


def poll():
    library = ctypes.CDLL(None)
    library.PyThreadState_Get()


def main():
    poll()
