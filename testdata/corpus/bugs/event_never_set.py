# SPDX-License-Identifier: Apache-2.0
"""Everybody waits for an event."""
# bug: {"ends": "hang"}
import threading

ready = threading.Event()


def listen(index):
    ready.wait()


def main():
    for index in range(3):
        threading.Thread(target=listen, args=(index,), name="listener-%d" % index, daemon=True).start()
    ready.wait()
