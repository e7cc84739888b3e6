# SPDX-License-Identifier: Apache-2.0
"""A crash in a worker of a thread pool."""
import concurrent.futures

from native import lib


def load(index):
    return lib.codec_decode() + index


def main():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(load, range(4)))
