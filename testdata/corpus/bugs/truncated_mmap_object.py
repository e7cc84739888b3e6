# SPDX-License-Identifier: Apache-2.0
"""The same through Python's own mmap."""
import mmap


def read_all(mapping):
    return mapping[:]


def main():
    with open("mapped.bin", "wb+") as file:
        file.truncate(8192)
        mapping = mmap.mmap(file.fileno(), 8192)
        file.truncate(0)
        read_all(mapping)
