# SPDX-License-Identifier: Apache-2.0
"""NumPy sums 10**13 numbers (one number seen through strides of zero), without the GIL."""
# victim: {"needs": ["numpy"]}
import threading

import numpy

import truth


def add_up(teller, endless):
    for step in teller.then(numpy.add.reduce, endless):
        step()


def main():
    tid = threading.get_native_id()
    endless = numpy.lib.stride_tricks.as_strided(numpy.ones(1), (10**13,), (0,))
    teller = truth.Teller(truth.arguments(), {
        "gil_holder_tid": None, "gil_waiting_tids": [], "busy_tids": [tid],
        "native_contains": {tid: ["python:add_up", "module:_multiarray_umath"]}})
    add_up(teller, endless)


if __name__ == "__main__":
    main()
