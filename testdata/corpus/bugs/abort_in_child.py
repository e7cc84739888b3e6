# SPDX-License-Identifier: Apache-2.0
"""A child of fork() aborts."""
# bug: {"held_out": true}
import os


def child():
    os.abort()


def main():
    process = os.fork()
    if process == 0:
        child()
    os.waitpid(process, 0)
