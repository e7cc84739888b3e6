# SPDX-License-Identifier: Apache-2.0
"""strlen() of a null pointer, below a C function."""
from native import lib


def main():
    lib.measure(None)
