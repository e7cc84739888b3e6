# SPDX-License-Identifier: Apache-2.0
"""Threads that wait for a lock, sleep, and wait for an event; the main thread joins one of them."""
import threading
import time

import truth


def wait_for_lock(lock, depth):
    if depth:
        return wait_for_lock(lock, depth - 1)
    with lock:
        return "never"


class Sleeper:
    def nap(self, seconds):
        return self.nap_really(seconds)

    def nap_really(self, seconds):
        time.sleep(
            seconds)


def main():
    options = truth.arguments()
    lock = threading.Lock()
    lock.acquire()
    threads = [
        threading.Thread(target=wait_for_lock, args=(lock, 5), name="waits-for-lock", daemon=True),
        threading.Thread(target=Sleeper().nap, args=(1e6,), name="sleeper", daemon=True),
        threading.Thread(target=threading.Event().wait, name="waits-for-event", daemon=True)]
    for thread in threads:
        thread.start()
    truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    threads[0].join()


if __name__ == "__main__":
    main()
