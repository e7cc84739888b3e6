# SPDX-License-Identifier: Apache-2.0
"""How good a partition is: B-cubed, collisions, and how often two runs of one bug have one key."""
import collections
import itertools

CIRCUMSTANCES = ("place", "lines", "faulthandler", "runner")   # differ from `plain` in nothing but that
BUILDS = ("plain", "debug", "optimized")


def b_cubed(items, method):
    """Precision, recall, F1: of each item's group, then the mean over items (Bagga and Baldwin, 1998)."""
    if not items:
        return 0.0, 0.0, 0.0
    key_size, bug_size, both = (collections.Counter() for _ in range(3))
    for item in items:
        key_size[item.keys[method]] += 1
        bug_size[item.bug] += 1
        both[item.keys[method], item.bug] += 1
    shares = [(both[i.keys[method], i.bug] / key_size[i.keys[method]], both[i.keys[method], i.bug] / bug_size[i.bug])
              for i in items]
    precision = sum(share[0] for share in shares) / len(items)
    recall = sum(share[1] for share in shares) / len(items)
    return precision, recall, 2 * precision * recall / (precision + recall)


def collisions(items, method):
    """Pairs of bugs that have a key in common."""
    bugs_of = collections.defaultdict(set)
    for item in items:
        bugs_of[item.keys[method]].add(item.bug)
    return sorted({pair for bugs in bugs_of.values() for pair in itertools.combinations(sorted(bugs), 2)})


def version_pairs(items):
    """Two runs of one bug by two interpreters, or by one with its libraries built in two ways."""
    by_bug = collections.defaultdict(list)
    for item in items:
        if item.variant in BUILDS:
            by_bug[item.bug].append(item)
    for group in by_bug.values():
        for a, b in itertools.combinations(group, 2):
            if a.variant == b.variant or a.interpreter == b.interpreter:
                yield a, b


def circumstance_pairs(items):
    """Two runs of one bug by one interpreter that differ only in path, lines, faulthandler or test runner."""
    by_run = collections.defaultdict(list)
    for item in items:
        if item.variant == "plain" or item.variant in CIRCUMSTANCES:
            by_run[item.bug, item.interpreter].append(item)
    for group in by_run.values():
        yield from itertools.combinations(group, 2)


def share_equal(pairs, method):
    """Which part of the pairs has one key, and how many pairs there are."""
    equal = count = 0
    for a, b in pairs:
        count += 1
        equal += a.keys[method] == b.keys[method]
    return (equal / count if count else 1.0), count
