# SPDX-License-Identifier: Apache-2.0
"""Greenlets: one is asleep, two others are parked with their C stacks copied to the heap."""
# victim: {"needs": ["greenlet"]}
import threading
import time

import greenlet

import truth


def parked(depth):
    if depth:
        return parked(depth - 1)
    greenlet.getcurrent().parent.switch()


def running(teller, depth):
    if depth:
        return running(teller, depth - 1)
    for step in teller.then(time.sleep, 1e6):
        step()


def hub(teller):
    greenlet.greenlet(running).switch(teller, 2)


def main():
    tid = threading.get_native_id()
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": None, "gil_waiting_tids": [],
        "native_contains": {tid: ["python:running"]}})
    others = [greenlet.greenlet(parked) for _ in range(2)]
    for other in others:
        other.switch(3)
    greenlet.greenlet(hub).switch(teller)


if __name__ == "__main__":
    main()
