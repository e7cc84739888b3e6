# SPDX-License-Identifier: Apache-2.0
"""A crash in __del__."""
from native import lib


class Handle:
    def __del__(self):
        lib.give_up()


def main():
    handle = Handle()
    del handle
