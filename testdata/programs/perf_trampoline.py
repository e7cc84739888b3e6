# SPDX-License-Identifier: Apache-2.0
"""Python functions behind the trampolines of `-X perf`: code without a file on the C stack."""
# victim: {"min_version": [3, 12]}
import os
import sys
import time

import truth


def outer(teller):
    return [inner(teller) for _ in range(1)]


def inner(teller):
    return sorted([1, 2], key=lambda number: stop(teller))


def stop(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    sys.activate_stack_trampoline("perf")
    try:
        outer(teller)
    finally:
        os.unlink("/tmp/perf-%d.map" % os.getpid())


if __name__ == "__main__":
    main()
