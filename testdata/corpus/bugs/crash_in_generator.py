# SPDX-License-Identifier: Apache-2.0
"""A crash in a generator expression."""
from native import lib


def rows():
    yield lib.mean_of(3)


def main():
    return sum(row for row in rows())
