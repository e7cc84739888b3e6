# SPDX-License-Identifier: Apache-2.0
"""select() on a pipe that nobody writes to."""
# bug: {"ends": "hang", "held_out": true}
import os
import select


def watch(descriptor):
    return select.select([descriptor], [], [])


def main():
    reader, writer = os.pipe()
    watch(reader)
