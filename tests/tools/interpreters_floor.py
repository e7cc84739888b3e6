# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Whether tests met enough interpreters, by interpreters_floor.txt: a suite that skips everything is not green."""
import pathlib

import core_factory

FLOOR_FILE = pathlib.Path(__file__).with_name("interpreters_floor.txt")


def missing(exercised):
    """A sentence for each source that this machine offers and that gave too few of the names, else []."""
    offered = core_factory.offered_sources()
    counts = {source: sum(name.startswith(source) for name in exercised) for source, _ in read_floor()}
    return ["%s gave %d interpreters instead of %d: %s" % (source, counts[source], floor, sorted(exercised))
            for source, floor in read_floor() if source in offered and counts[source] < floor]


def read_floor():
    lines = (line.split("#")[0].split() for line in FLOOR_FILE.read_text().splitlines())
    return [(words[0], int(words[1])) for words in lines if words]
