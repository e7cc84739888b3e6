# SPDX-License-Identifier: Apache-2.0
"""A C++ exception that nobody catches."""
from native import cxx


def simplify(levels):
    cxx().mesh_refine(levels)


def main():
    simplify(7)
