# SPDX-License-Identifier: Apache-2.0
"""__builtin_trap() in C."""
from native import lib


def main():
    lib.unreachable_state(3)
