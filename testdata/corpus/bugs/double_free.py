# SPDX-License-Identifier: Apache-2.0
"""Memory given back twice in one C function."""
from native import lib


def shutdown():
    lib.pool_release()


def main():
    shutdown()
