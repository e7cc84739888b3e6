# SPDX-License-Identifier: Apache-2.0
"""A crash in a function of atexit."""
import atexit

from native import lib


def close_all():
    lib.image_fill(None, 2)


def main():
    atexit.register(close_all)
