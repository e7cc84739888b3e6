# SPDX-License-Identifier: Apache-2.0
"""A loop that is hot enough for CPython's JIT, asleep in a function that it calls."""
# victim: {"needs": ["jit"], "min_version": [3, 14], "environment": {"PYTHON_JIT": "1"}}
import time

import truth

ROUNDS = 200000


def compute(number, teller):
    if number == ROUNDS - 1:
        stop(teller)
    return number * 3 + 1


def stop(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def loop(teller):
    total = 0
    for number in range(ROUNDS):
        total += compute(number, teller)
    return total


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    loop(teller)


if __name__ == "__main__":
    main()
