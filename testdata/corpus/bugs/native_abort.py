# SPDX-License-Identifier: Apache-2.0
"""abort() in C."""
from native import lib


def main():
    lib.give_up()
