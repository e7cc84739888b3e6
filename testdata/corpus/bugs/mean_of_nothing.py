# SPDX-License-Identifier: Apache-2.0
"""An integer division by zero in C."""
from native import lib


class Statistics:
    def mean(self):
        return lib.mean_of(12)


def main():
    Statistics().mean()
