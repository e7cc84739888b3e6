# SPDX-License-Identifier: Apache-2.0
"""A C string that is longer than its buffer."""
from native import lib


def main():
    lib.greet(b"x" * 200)
