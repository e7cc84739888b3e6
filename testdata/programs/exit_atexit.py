# SPDX-License-Identifier: Apache-2.0
"""An interpreter that wants to leave but hangs in an atexit function; a daemon thread sleeps."""
import atexit
import threading
import time

import truth


def say_goodbye(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    threading.Thread(target=time.sleep, args=(1e6,), name="daemon", daemon=True).start()
    atexit.register(say_goodbye, teller)


if __name__ == "__main__":
    main()
