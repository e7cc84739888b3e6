# SPDX-License-Identifier: Apache-2.0
"""Calls that ran so often that the interpreter has specialised them: classes, properties, items, generators."""
import time

import truth

WARM_UP_ROUNDS = 2000


class Attribute:
    def __init__(self, inner):
        self.inner = inner

    def __getattribute__(self, name):
        inner = object.__getattribute__(self, "inner")
        return inner() if name == "value" else inner


class Nested:
    def __init__(self, depth, last):
        self.inner = Nested(depth - 1, last) if depth else Item(last)[0]


class Item:
    def __init__(self, last):
        self.last = last

    def __getitem__(self, index):
        return self.loop

    @property
    def loop(self):
        for number in self.numbers():
            return number

    def numbers(self):
        yield from self.more()

    def more(self):
        yield Attribute(self.last).value


def nothing():
    return 0


def hang(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    options = truth.arguments()
    for _ in range(WARM_UP_ROUNDS):
        Nested(2, nothing)
    teller = truth.Teller(options)
    Nested(2, lambda: hang(teller))


if __name__ == "__main__":
    main()
