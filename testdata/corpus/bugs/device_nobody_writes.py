# SPDX-License-Identifier: Apache-2.0
"""The same in C."""
# bug: {"ends": "hang"}
import os

from native import lib


def receive(descriptor):
    return lib.read_device(descriptor)


def main():
    reader, writer = os.pipe()
    receive(reader)
