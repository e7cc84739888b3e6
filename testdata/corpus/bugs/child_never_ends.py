# SPDX-License-Identifier: Apache-2.0
"""Joins a child of multiprocessing that never ends."""
# bug: {"ends": "hang"}
import multiprocessing
import time


def work():
    time.sleep(1000)


def main():
    child = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    child.start()
    child.join()
