# SPDX-License-Identifier: Apache-2.0
"""A Python signal handler hangs on top of the code that it interrupted."""
import os
import signal
import time

import truth


class Handler:
    def __init__(self, teller):
        self.teller = teller

    def __call__(self, number, frame):
        for step in self.teller.then(time.sleep, 1e6):
            step()


def interrupt():
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(1e6)


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    signal.signal(signal.SIGUSR1, Handler(teller))
    interrupt()


if __name__ == "__main__":
    main()
