# SPDX-License-Identifier: Apache-2.0
"""os.abort() from a nested function: the crash site lies above the machinery of dying."""
# victim: {"ends": "crash"}
import os
import threading

import truth


def give_up(teller):
    def now():
        for step in teller.then(os.abort):
            step()
    now()


def main():
    tid = threading.get_native_id()
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 6,
        "native_contains": {tid: ["python:give_up", "python:now"]}})
    give_up(teller)


if __name__ == "__main__":
    main()
