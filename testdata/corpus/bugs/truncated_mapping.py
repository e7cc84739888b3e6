# SPDX-License-Identifier: Apache-2.0
"""A file that gets shorter while C reads its mapping: SIGBUS."""
from native import lib


def verify(path):
    return lib.checksum_file(path.encode())


def main():
    verify("mapped.bin")
