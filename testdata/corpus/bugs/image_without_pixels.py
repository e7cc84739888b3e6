# SPDX-License-Identifier: Apache-2.0
"""A C function writes through a null pointer."""
from native import lib


def render(rows):
    return lib.image_fill(None, rows)


def main():
    render(4)
