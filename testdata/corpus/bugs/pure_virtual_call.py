# SPDX-License-Identifier: Apache-2.0
"""A pure virtual function called in a constructor."""
from native import cxx


def main():
    cxx().shape_area()
