# SPDX-License-Identifier: Apache-2.0
"""A C function takes its own mutex twice."""
# bug: {"ends": "hang"}
from native import lib


def reset():
    lib.device_lock_twice()


def main():
    reset()
