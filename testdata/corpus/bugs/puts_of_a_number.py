# SPDX-License-Identifier: Apache-2.0
"""A number where the C library wants a text."""
# bug: {"held_out": true}
import ctypes


def log(text):
    ctypes.CDLL(None).puts(text)


def main():
    log(0x30)
