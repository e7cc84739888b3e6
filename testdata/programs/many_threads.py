# SPDX-License-Identifier: Apache-2.0
"""Many threads, each some calls deep and waiting for one lock; `--threads` and `--depth`."""
# victim: {"variants": [["--threads=200"], ["--threads=1000", "--depth=20"]]}
import threading

import truth


def descend(lock, depth):
    if depth > 1:
        return descend(lock, depth - 1)
    with lock:
        return depth


def main():
    options = truth.arguments(threads=30, depth=6)
    lock = threading.Lock()
    lock.acquire()
    threading.stack_size(1 << 18)
    for index in range(options.threads):
        threading.Thread(target=descend, args=(lock, 1 + index % options.depth),
                         name="worker-%04d" % index, daemon=True).start()
    truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    descend(lock, options.depth)


if __name__ == "__main__":
    main()
