# SPDX-License-Identifier: Apache-2.0
"""ctypes reads a string that is not there."""
import ctypes


def text_of(address):
    return ctypes.string_at(address)


def main():
    text_of(0)
