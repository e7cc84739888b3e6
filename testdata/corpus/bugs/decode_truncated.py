# SPDX-License-Identifier: Apache-2.0
"""A C function reads through a null pointer that it made itself."""
from native import lib


def main():
    for step in (lib.codec_decode,):
        step()
