# SPDX-License-Identifier: Apache-2.0
"""An interpreter in the middle of its own end: a module's last object hangs in its finalizer."""
import threading
import time

import truth


class Last:
    def __init__(self, teller, sleep):
        self.teller = teller
        self.sleep = sleep

    def __del__(self):
        for step in self.teller.then(self.sleep, 1e6):
            step()


def main():
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": None, "gil_waiting_tids": [], "finalizing": True})
    threading.Thread(target=time.sleep, args=(1e6,), name="daemon", daemon=True).start()
    time.sleep(0.05)
    return Last(teller, time.sleep)


if __name__ == "__main__":
    last = main()
