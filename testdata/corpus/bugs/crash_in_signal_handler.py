# SPDX-License-Identifier: Apache-2.0
"""A crash in a Python signal handler."""
import os
import signal

from native import lib


def on_signal(number, frame):
    lib.unreachable_state(number)


def main():
    signal.signal(signal.SIGUSR1, on_signal)
    os.kill(os.getpid(), signal.SIGUSR1)
    for _ in range(1000):
        pass
