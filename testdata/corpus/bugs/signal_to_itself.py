# SPDX-License-Identifier: Apache-2.0
"""A program sends itself SIGSEGV."""
# bug: {"held_out": true}
import os
import signal


def restart():
    os.kill(os.getpid(), signal.SIGSEGV)


def main():
    restart()
