# SPDX-License-Identifier: Apache-2.0
"""One thread takes a lock twice."""
# bug: {"ends": "hang"}
import threading

state = threading.Lock()


def save():
    with state:
        return 1


def update():
    with state:
        return save()


def main():
    update()
