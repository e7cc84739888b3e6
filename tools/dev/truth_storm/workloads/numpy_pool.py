# SPDX-License-Identifier: Apache-2.0
"""NumPy in several threads: without the GIL, with callbacks into Python, with its own thread pool."""
import threading

import numpy


def multiply():
    chance = numpy.random.RandomState(1)
    while True:
        matrix = chance.rand(300, 300)
        numpy.linalg.svd(matrix @ matrix)


def call_back():
    values = numpy.arange(2000)
    step = numpy.vectorize(lambda value: value * 2 if value % 3 else -value)
    while True:
        numpy.apply_along_axis(lambda row: numpy.sort(row)[::-1], 1, step(values).reshape(20, 100))


def read():
    while True:
        text = "\n".join("%d,%d" % (index, index * index) for index in range(500))
        numpy.genfromtxt(text.splitlines(), delimiter=",")


if __name__ == "__main__":
    for target in (multiply, call_back, read):
        threading.Thread(target=target, daemon=True).start()
    multiply()
