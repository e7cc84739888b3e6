# SPDX-License-Identifier: Apache-2.0
"""os.abort() in the middle of a program."""
import os


def on_error(why):
    if why:
        os.abort()


def main():
    on_error("cannot go on")
