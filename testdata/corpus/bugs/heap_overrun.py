# SPDX-License-Identifier: Apache-2.0
"""A C function writes past the end of its memory; free() finds it."""
from native import lib


def append(row):
    lib.buffer_append()
    return row


def main():
    append(1)
