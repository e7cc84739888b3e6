# SPDX-License-Identifier: Apache-2.0
"""A retry without an end."""
# bug: {"ends": "hang"}
import time


def connect():
    while True:
        time.sleep(600)


def main():
    connect()
