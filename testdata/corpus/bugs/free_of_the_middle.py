# SPDX-License-Identifier: Apache-2.0
"""Memory given back by a wrong address."""
from native import lib


def shutdown():
    lib.pool_shift()


def main():
    shutdown()
