# SPDX-License-Identifier: Apache-2.0
"""Calls in every direction: sort keys, generators in generators, descriptors, comprehensions, parsers' handlers."""
import functools
import threading
import xml.parsers.expat
from collections import UserDict


class Word(UserDict):
    def __lt__(self, other):
        return self.weight < other.weight

    @property
    def weight(self):
        return sum(ord(letter) for letter in self.data["text"])


def words(depth):
    for index in range(depth):
        yield Word(text="w%d" % (index * 7919 % 101))
        yield from words(depth - 1) if index < 2 else ()


@functools.lru_cache(maxsize=64)
def cached(number):
    return number if number < 2 else cached(number - 1) + cached(number - 2)


def parse(text):
    names = []
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: names.append((name, cached(len(name) + 20)))
    parser.Parse(text, True)
    return names


def work():
    while True:
        ordered = sorted(words(6))
        parse("<root>%s</root>" % "".join("<%s/>" % word["text"] for word in ordered[:50]))
        {word["text"]: [letter for letter in word["text"]] for word in ordered}
        functools.reduce(lambda left, right: left if left < right else right, ordered)


if __name__ == "__main__":
    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    work()
