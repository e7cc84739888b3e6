# SPDX-License-Identifier: Apache-2.0
"""The figures of a storm: a table by version, JSON, and a report for tools/dev/test.

    for line in figures.lines(outcomes, not_dumped): print(line)
"""
import collections
import json
import xml.etree.ElementTree as xml

from . import comparison

COLUMNS = ("Python", "cores", "all agrees", "threads", "agree", "frames", "equal", "explained", "C functions", "agree")


def lines(outcomes, not_dumped):
    groups = collections.defaultdict(list)
    for outcome in outcomes:
        groups["%d.%d" % outcome.version].append(outcome)
    rows = [row(name, groups[name]) for name in sorted(groups, key=lambda name: int(name.split(".")[1]))]
    rows.append(row("all", outcomes))
    widths = [max(len(cells[index]) for cells in [COLUMNS, *rows]) for index in range(len(COLUMNS))]
    for cells in [COLUMNS, *rows]:
        yield "| " + " | ".join(cell.rjust(width) for cell, width in zip(cells, widths)) + " |"
        if cells is COLUMNS:
            yield "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|"
    yield ""
    for sentence in [*explanations(outcomes), *beside(outcomes), *missing(not_dumped)]:
        yield "- " + sentence


def row(name, outcomes):
    results = [outcome.result for outcome in outcomes]
    named = sum(outcome.named for outcome in outcomes)
    misnamed = sum(outcome.misnamed for outcome in outcomes)
    frames = sum(result.frames for result in results)
    equal = sum(result.agreeing_frames for result in results)
    explained = sum(one.only_told for result in results for one in result.differences if one.cause)
    return tuple(map(str, (name, len(outcomes), sum(not outcome.sentences for outcome in outcomes),
                           sum(result.threads for result in results),
                           sum(result.agreeing_threads for result in results), frames, equal, explained,
                           named, named - misnamed)))


def explanations(outcomes):
    """How often each of faulthandler's limits was met, behind what none of them explains."""
    differing = [outcome for outcome in outcomes if outcome.sentences]
    yield "%d of %d cores differ without an explanation" % (len(differing), len(outcomes))
    found = collections.Counter(difference.cause for outcome in outcomes
                                for difference in outcome.result.differences if difference.cause)
    for cause, count in found.most_common():
        yield "%s: %s" % ("once" if count == 1 else "%d times" % count, comparison.CAUSES[cause])


def beside(outcomes):
    """Cores whose Python frames a peer tells as faulthandler does."""
    for name in sorted({name for outcome in outcomes for name in outcome.peers}):
        verdicts = [(outcome, outcome.peers[name]) for outcome in outcomes if outcome.peers.get(name) is not None]
        ours = sum(not outcome.sentences for outcome, _ in verdicts)
        yield "%s is right on %d of %d cores that it can be asked about, pycore on %d" % (
            name, sum(verdict == "" for _, verdict in verdicts), len(verdicts), ours)


def missing(not_dumped):
    for reason, count in not_dumped.most_common():
        yield "%d draws gave no core: %s" % (count, reason)


def write_json(path, outcomes, not_dumped):
    document = {"cores": len(outcomes), "table": list(lines(outcomes, not_dumped)), "not_dumped": dict(not_dumped),
                "outcomes": [as_json(outcome) for outcome in outcomes]}
    path.write_text(json.dumps(document, indent=1) + "\n")


def as_json(outcome):
    facts = dict(vars(outcome), result=dict(vars(outcome.result)))
    del facts["result"]["begins"]
    facts["result"]["differences"] = [vars(difference) for difference in outcome.result.differences]
    return facts


def read_json(path, make_outcome):
    """(outcomes, not_dumped) as write_json() wrote them."""
    document = json.loads(path.read_text())
    outcomes = []
    for facts in document["outcomes"]:
        differences = [comparison.Difference(**one) for one in facts["result"].pop("differences")]
        facts["result"] = comparison.Result(**facts["result"], differences=differences)
        outcomes.append(make_outcome(**dict(facts, version=tuple(facts["version"]))))
    return outcomes, collections.Counter(document["not_dumped"])


def write_junit(path, outcomes):
    """One test case a core, in the form that tools/dev/test counts."""
    failed = sum(bool(outcome.sentences) for outcome in outcomes)
    suite = xml.Element("testsuite", name="truth-storm", tests=str(len(outcomes)), failures=str(failed), errors="0",
                        skipped="0")
    for outcome in outcomes:
        case = xml.SubElement(suite, "testcase", classname=outcome.interpreter,
                              name="%s, %s, seed %d" % (outcome.workload, outcome.method, outcome.seed))
        if outcome.sentences:
            xml.SubElement(case, "failure", message=outcome.sentences[0]).text = "\n".join(outcome.sentences)
    xml.ElementTree(suite).write(str(path))
