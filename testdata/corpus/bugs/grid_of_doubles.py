# SPDX-License-Identifier: Apache-2.0
"""A template function writes through a null pointer."""
from native import cxx


def main():
    cxx().grid_set(3)
