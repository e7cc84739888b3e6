# SPDX-License-Identifier: Apache-2.0
"""A thread 10,000 frames deep (`--depth`)."""
import sys
import threading
import time

import truth


def descend(teller, depth):
    if depth > 1:
        return descend(teller, depth - 1)
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    options = truth.arguments(depth=10000)
    sys.setrecursionlimit(options.depth + 1000)
    threading.stack_size(1 << 28)
    teller = truth.Teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    thread = threading.Thread(target=descend, args=(teller, options.depth), name="deep")
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
