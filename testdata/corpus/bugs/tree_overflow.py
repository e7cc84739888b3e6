# SPDX-License-Identifier: Apache-2.0
"""Two C functions that call each other without an end."""
from native import lib


def main():
    lib.visit_node(0)
