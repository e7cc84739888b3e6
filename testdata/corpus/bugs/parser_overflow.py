# SPDX-License-Identifier: Apache-2.0
"""A recursive C function without an end."""
from native import lib


def main():
    lib.parse_nested(0)
