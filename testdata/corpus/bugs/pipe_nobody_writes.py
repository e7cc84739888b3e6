# SPDX-License-Identifier: Apache-2.0
"""Reads from a pipe that nobody writes to."""
# bug: {"ends": "hang"}
import os


def receive(descriptor):
    return os.read(descriptor, 100)


def main():
    reader, writer = os.pipe()
    receive(reader)
