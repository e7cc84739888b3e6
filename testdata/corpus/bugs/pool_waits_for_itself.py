# SPDX-License-Identifier: Apache-2.0
"""A task of a pool of one waits for a task of the same pool."""
# bug: {"ends": "hang"}
import concurrent.futures

pool = concurrent.futures.ThreadPoolExecutor(1)


def inner():
    return 1


def outer():
    return pool.submit(inner).result()


def main():
    pool.submit(outer).result()
