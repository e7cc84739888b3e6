# SPDX-License-Identifier: Apache-2.0
"""Asleep in a profile function, and in another thread in a trace function."""
import sys
import threading
import time

import truth


class Hook:
    def __init__(self, wanted, action):
        self.wanted, self.action = wanted, action

    def __call__(self, frame, event, argument):
        if event == self.wanted and frame.f_code is watched.__code__:
            self.action()
        return self


def watched():
    return len("watched")


def run_traced():
    sys.settrace(Hook("line", lambda: time.sleep(1e6)))
    watched()


def stop(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    threading.Thread(target=run_traced, name="traced", daemon=True).start()
    time.sleep(0.05)
    sys.setprofile(Hook("c_call", lambda: stop(teller)))
    watched()


if __name__ == "__main__":
    main()
