# SPDX-License-Identifier: Apache-2.0
"""A NumPy view that reaches outside of its memory."""
# bug: {"needs": ["numpy"]}
import numpy


def window(data):
    return numpy.lib.stride_tricks.as_strided(data, shape=(1 << 12,), strides=(1 << 20,))


def main():
    print(window(numpy.zeros(4)).sum())
