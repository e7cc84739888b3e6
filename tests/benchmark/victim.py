# SPDX-License-Identifier: Apache-2.0
"""A process of a chosen shape that stands still: THREADS threads, each DEPTH Python frames deep.

    python3 victim.py READY_FILE --threads 200 --depth 26 [--reserve-gib 100] [--fill-mb 200]

--reserve-gib maps that much memory and touches only a page per GiB, so that its core is sparse.
"""
import argparse
import mmap
import sys
import threading
import time


def descend(depth, at_the_bottom):
    if depth > 1:
        return descend(depth - 1, at_the_bottom)
    return at_the_bottom()


def reserve(gib):
    region = mmap.mmap(-1, gib << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)  # MAP_NORESERVE
    for offset in range(0, gib << 30, 1 << 30):
        region[offset] = 1
    return region


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ready_file")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--reserve-gib", type=int, default=0)
    parser.add_argument("--fill-mb", type=int, default=0, help="memory that is in the core, every byte of it")
    options = parser.parse_args()
    sys.setrecursionlimit(options.depth * 2 + 1000)
    kept = reserve(options.reserve_gib) if options.reserve_gib else None
    kept = (kept, b"\xa5" * (options.fill_mb << 20))
    never = threading.Event()
    bottom = threading.Barrier(options.threads + 1)

    def work():
        def wait():
            bottom.wait()
            never.wait()
        descend(options.depth, wait)

    threading.stack_size(256 * 1024 if options.threads > 100 else 0)
    for _ in range(options.threads):
        threading.Thread(target=work, daemon=True).start()
    if options.threads:
        bottom.wait()

    def rest():
        time.sleep(0.3)  # the others reach never.wait()
        with open(options.ready_file, "w") as file:
            file.write("ready")
        while kept is not False:
            time.sleep(1000)

    descend(options.depth, rest)


main()
