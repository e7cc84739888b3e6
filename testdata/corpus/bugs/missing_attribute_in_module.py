# SPDX-License-Identifier: Apache-2.0
"""An extension module does not look at NULL."""
# bug: {"needs": ["headers"]}
import corpusmodule


def weigh(things):
    return corpusmodule.weigh(things)


def main():
    weigh([1, 2, 3])
