# SPDX-License-Identifier: Apache-2.0
"""A C assertion with a text."""
from native import lib


def configure(limit):
    lib.set_limit(limit)


def main():
    configure(99)
