# SPDX-License-Identifier: Apache-2.0
"""Bytes of an array that lies where nothing is."""
# bug: {"held_out": true}
import ctypes


def view(address):
    return bytes((ctypes.c_char * 16).from_address(address))


def main():
    view(16)
