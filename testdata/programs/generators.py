# SPDX-License-Identifier: Apache-2.0
"""Generators inside generators, and C functions that call back into Python between them."""
import contextlib
import functools
import itertools
import time

import truth


def numbers(teller):
    for number in range(3):
        if number == 2:
            hang(teller)
        yield number


def hang(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def delegate(teller):
    yield from numbers(teller)


def filtered(teller):
    return (number for number in delegate(teller) if number >= 0)


@contextlib.contextmanager
def managed(teller):
    yield sum(map(double, filtered(teller)))


def double(number):
    return number * 2


@functools.lru_cache(maxsize=None)
def cached(teller):
    with managed(teller) as total:
        return total


def sort_by_key(teller):
    return sorted([1, 2], key=lambda number: functools.reduce(
        lambda left, right: cached(teller), [number, number]))


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    suspended = numbers(teller)
    next(suspended)
    list(itertools.chain.from_iterable(sort_by_key(teller) for _ in range(1)))


if __name__ == "__main__":
    main()
