# SPDX-License-Identifier: Apache-2.0
"""Threads that fight for the GIL with pure Python loops: one holds it, the others want it."""
import threading

import truth


def spin():
    while True: pass  # noqa: E701  (one line, so that the line is known wherever it stands)


def main():
    options = truth.arguments(threads=4)
    threads = [threading.Thread(target=spin, name="spinner-%d" % index, daemon=True)
               for index in range(options.threads)]
    teller = truth.start_teller(options, {"gil_holder_tid": "any"}, wait=True)
    for thread in threads:
        thread.start()
        teller.busy(thread, ["function", "qualname", "file", "line"])
    teller.expect["busy_tids"] = sorted(teller.busy_tids)
    teller.go()
    threading.Event().wait()


if __name__ == "__main__":
    main()
