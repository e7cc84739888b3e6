# SPDX-License-Identifier: Apache-2.0
"""A thread pool with busy and idle workers, a queue reader, and a timer."""
import concurrent.futures
import queue
import threading
import time

import truth


def work(barrier, item):
    barrier.wait()
    if item % 2:
        time.sleep(1e6)
    return item


def main():
    options = truth.arguments()
    barrier = threading.Barrier(4)
    timer = threading.Timer(1e5, print)
    timer.daemon = True
    timer.start()
    threading.Thread(target=queue.Queue().get, name="queue-reader", daemon=True).start()
    with concurrent.futures.ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
        futures = [pool.submit(work, barrier, item) for item in range(4)]
        truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
        concurrent.futures.wait(futures)


if __name__ == "__main__":
    main()
