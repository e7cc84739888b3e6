# SPDX-License-Identifier: Apache-2.0
"""Waits for a signal that nobody sends."""
# bug: {"ends": "hang", "held_out": true}
import signal


def idle():
    signal.pause()


def main():
    idle()
