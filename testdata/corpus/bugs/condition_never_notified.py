# SPDX-License-Identifier: Apache-2.0
"""Waits on a condition."""
# bug: {"ends": "hang", "held_out": true}
import threading

changed = threading.Condition()


def take():
    with changed:
        changed.wait()


def main():
    threading.Thread(target=take, name="taker-1", daemon=True).start()
    take()
