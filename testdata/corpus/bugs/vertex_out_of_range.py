# SPDX-License-Identifier: Apache-2.0
"""std::vector::at() throws, below the same Python names."""
from native import cxx


def simplify(index):
    cxx().mesh_vertex(index)


def main():
    simplify(17)
