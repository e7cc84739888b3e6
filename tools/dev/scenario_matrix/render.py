# SPDX-License-Identifier: Apache-2.0
"""The figures of the scenario matrix: from cells to the stored document, and from that to the table in docs/.

    document = render.summarize(cells, interpreters, not_made)
    lines = render.table(document)
"""
import collections

from .groups import GROUPS, group_of


def summarize(cells, interpreters, not_made):
    """What docs/scenario-matrix.json holds: counts for each interpreter, view and group."""
    rows = {}
    for interpreter in interpreters:
        mine = [cell for cell in cells if cell.interpreter == interpreter["name"]]
        if mine:
            rows[interpreter["name"]] = {
                "build": build_of(interpreter), "version": interpreter["version"],
                "views": {view: counts_of([cell for cell in mine if cell.view == view]) for view in ("files", "bare")}}
    different = ["%s, %s, %s, %s: %s" % (cell.interpreter, cell.program, cell.method, cell.view, cell.differences[0])
                 for cell in cells if cell.differences]
    return {"interpreters": rows, "methods": dict(collections.Counter(
        cell.method for cell in cells if cell.view == "files")), "different": sorted(different),
        "not_made": dict(sorted(not_made.items()))}


def merge(documents):
    """One document out of those of several runs, each with interpreters or programs of its own."""
    merged = {"interpreters": {}, "methods": collections.Counter(), "different": [], "not_made": collections.Counter()}
    for document in documents:
        merged["interpreters"] = sum_of(merged["interpreters"], document["interpreters"])
        merged["methods"].update(document["methods"])
        merged["different"] += document["different"]
        merged["not_made"].update(document["not_made"])
    return dict(merged, methods=dict(merged["methods"]), different=sorted(merged["different"]),
                not_made=dict(sorted(merged["not_made"].items())))


def sum_of(one, other):
    """Of numbers the sum, of dicts each entry; what is said in words is the same in both."""
    if isinstance(one, dict):
        return {key: sum_of(one[key], other[key]) if key in one and key in other else one.get(key, other.get(key))
                for key in {**one, **other}}
    return one + other if isinstance(one, int) else other


def counts_of(cells):
    counts = {group: {"cores": 0, "right": 0} for group in GROUPS}
    for cell in cells:
        found = counts[group_of(cell.program)]
        found["cores"] += 1
        found["right"] += not cell.differences
    return {"groups": {group: found for group, found in counts.items() if found["cores"]},
            "threads": sum(cell.threads for cell in cells if not cell.differences),
            "frames": sum(cell.frames for cell in cells if not cell.differences)}


def build_of(interpreter):
    words = ["libpython" if interpreter["shared"] else "in the executable",
             "stripped" if interpreter["stripped"] else "symbols"]
    words += ["debug build"] if interpreter["pydebug"] else []
    words += ["free-threaded"] if interpreter["free_threaded"] else []
    words += [] if interpreter["has_build_id"] else ["no build-id"]
    return ", ".join(words)


def table(document):
    """Lines of Markdown."""
    rows = sorted(document["interpreters"].items(), key=lambda item: (version_key(item[1]["version"]), item[0]))
    yield "| interpreter | build | " + " | ".join(GROUPS) + " | threads | Python frames | without files |"
    yield "|---" * (len(GROUPS) + 5) + "|"
    for name, row in rows:
        files, bare = row["views"]["files"], row["views"]["bare"]
        yield "| %s | %s | %s | %s | %s | %s |" % (
            name, row["build"], " | ".join(show(files["groups"].get(group)) for group in GROUPS),
            number(files["threads"]), number(files["frames"]), show(add_up(bare["groups"].values())))
    yield ""
    yield from sentences(document)


def version_key(version):
    return [int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")]


def show(counts):
    """`12` if all are right, `11 of 12` if not."""
    if not counts or not counts["cores"]:
        return "–"
    if counts["right"] == counts["cores"]:
        return number(counts["cores"])
    return "**%s of %s**" % (number(counts["right"]), number(counts["cores"]))


def number(value):
    return "{:,}".format(value)


def add_up(counts):
    counts = list(counts)
    return {key: sum(one[key] for one in counts) for key in ("cores", "right")}


def total(document, view):
    return add_up(one for row in document["interpreters"].values() for one in row["views"][view]["groups"].values())


def sentences(document):
    files, bare = total(document, "files"), total(document, "bare")
    methods = document["methods"]
    yield "%s cores (%s by the kernel, %s by `gcore`) of %d interpreters: %s agree with what the process told of itself;" % (
        number(files["cores"]), number(methods.get("kernel", 0)), number(methods.get("gcore", 0)),
        len(document["interpreters"]), number(files["right"]))
    yield "read where no file of the process is at hand, %s of %s." % (number(bare["right"]), number(bare["cores"]))
    if document["not_made"]:
        yield "%d cores could not be made (%s)." % (
            sum(document["not_made"].values()), ", ".join(sorted({reason.split(":")[0] for reason in document["not_made"]})))
    if document["different"]:
        yield ""
        yield "What differs:"
        yield ""
        for sentence in document["different"]:
            yield "- " + sentence.splitlines()[0].replace("|", "\\|")
