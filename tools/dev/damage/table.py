# SPDX-License-Identifier: Apache-2.0
"""Counts by kind of damage and bar, as text or Markdown."""
import dataclasses

from damage.judge import BARS

TOLD_SHARE = 0.95
# A row of fewer linked frames is a handful of cases, one of which decides: it counts in the sum only.
TELLING_ROW = 1000
ONE_STACK = {"deep"}  # 200,000 frames of one thread would outweigh all else


@dataclasses.dataclass
class Row:
    cases: int = 0
    misses: dict = dataclasses.field(default_factory=lambda: dict.fromkeys(BARS, 0))
    linked: int = 0
    told: int = 0
    orphans: int = 0
    altered: int = 0
    misled: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0

    def add(self, result):
        verdict = result.verdict
        self.cases += 1
        for bar in {bar for bar, _ in verdict.misses}:
            self.misses[bar] += 1
        self.linked += verdict.linked
        self.told += verdict.told
        self.orphans += verdict.orphans
        self.altered += 1 if verdict.altered else 0
        self.misled += 1 if verdict.misled else 0
        self.seconds = max(self.seconds, result.seconds)
        self.megabytes = max(self.megabytes, result.megabytes)

    def holds(self):
        return not any(self.misses.values()) and (self.linked < TELLING_ROW or self.tells_enough())

    def tells_enough(self):
        return self.told >= TOLD_SHARE * self.linked


class Table:
    def __init__(self):
        self.rows = {}
        self.sum = Row()

    def add(self, result):
        self.rows.setdefault(result.kind, Row()).add(result)
        self.sum.add(result)

    def holds(self):
        rest = Row(linked=sum(row.linked for kind, row in self.rows.items() if kind not in ONE_STACK),
                   told=sum(row.told for kind, row in self.rows.items() if kind not in ONE_STACK))
        return all(row.holds() for row in self.rows.values()) and rest.tells_enough()

    def lines(self, order):
        heads = ["damage", "cases", *BARS, "linked", "told %", "beyond", "altered", "misled", "s", "MB"]
        rows = [(kind, self.rows[kind]) for kind in order if kind in self.rows] + [("all", self.sum)]
        return [heads] + [cells(kind, row) for kind, row in rows]


def cells(kind, row):
    share = "%.2f" % (100 * row.told / row.linked) if row.linked else "-"
    return [kind, str(row.cases), *(str(row.misses[bar]) for bar in BARS), str(row.linked), share, str(row.orphans),
            str(row.altered), str(row.misled), "%.2f" % row.seconds, "%.0f" % row.megabytes]


def as_text(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.rjust(width) if i else cell.ljust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))) for line in lines)


def as_markdown(lines):
    head, *rest = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|---" + "|--:" * (len(lines[0]) - 1) + "|", *rest])
