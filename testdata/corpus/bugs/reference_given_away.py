# SPDX-License-Identifier: Apache-2.0
"""An extension module gives away a reference that it does not own."""
# bug: {"needs": ["headers"]}
import gc

import corpusmodule


class Record:
    pass


def pop(records):
    corpusmodule.take_first(records)


def main():
    records = [Record() for _ in range(3)]
    pop(records)
    noise = [Record() for _ in range(50)]
    del records
    gc.collect()
    print(len(noise), [Record() for _ in range(1000)])
