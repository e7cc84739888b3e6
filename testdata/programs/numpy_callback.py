# SPDX-License-Identifier: Apache-2.0
"""NumPy calls a Python function for each element, and that one hangs."""
# victim: {"needs": ["numpy"]}
import threading
import time

import numpy

import truth


class Scorer:
    def __init__(self, teller):
        self.teller = teller

    def score_rows(self, table):
        return numpy.apply_along_axis(self.score_row, 1, table)

    def score_row(self, row):
        # With otypes NumPy goes through its C loop at once; without, it tries the first value from Python.
        return numpy.vectorize(self.score, otypes=[float])(row)

    def score(self, value):
        for step in self.teller.then(time.sleep, 1e6):
            step()
        return value


def main():
    tid = threading.get_native_id()
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": None, "gil_waiting_tids": [],
        "native_contains": {tid: ["python:score_row", "module:_multiarray_umath",
                                  "python:score"]}})
    Scorer(teller).score_rows(numpy.ones((2, 3)))


if __name__ == "__main__":
    main()
