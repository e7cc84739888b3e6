# SPDX-License-Identifier: Apache-2.0
"""Another C assertion, below the same Python function."""
from native import lib


def configure(order):
    lib.set_order(order)


def main():
    configure(-1)
