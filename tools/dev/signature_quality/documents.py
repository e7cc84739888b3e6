# SPDX-License-Identifier: Apache-2.0
"""The documents of the labelled corpus with what pycore and the baselines make of each."""
import dataclasses
import functools
import hashlib
import json
import pathlib
import subprocess

from . import baselines

BUGS = pathlib.Path(__file__).resolve().parents[3] / "testdata" / "corpus" / "bugs"
BATCH = 200       # documents of one call of pycore


@dataclasses.dataclass
class Item:
    """One core: what it is, by construction, and what each method calls it."""
    path: str
    bug: str
    interpreter: str
    variant: str
    keys: dict
    signature: dict

    @property
    def part(self):
        return part_of(self.bug)


@functools.lru_cache(None)
def part_of(bug):
    """`later`: written when the rules were done. Of the others half by the hash of their names: rules are fitted on
    the `fitted`, the `unseen` are only measured."""
    source = BUGS / (bug + ".py")
    if source.exists() and '"held_out": true' in source.read_text():
        return "later"
    return "fitted" if hashlib.sha256(bug.encode()).digest()[0] % 2 == 0 else "unseen"


def read_items(pycore, paths):
    """Items of BUG@INTERPRETER@VARIANT.json files."""
    items = []
    for begin in range(0, len(paths), BATCH):
        batch = paths[begin:begin + BATCH]
        for path, signature in zip(batch, sign(pycore, batch)):
            items.append(make_item(path, signature))
    clusters = sort_by_cause(pycore, paths)
    for item in items:
        item.keys["triage's cluster"] = clusters[item.path]
    return items


def sort_by_cause(pycore, paths):
    """{path: cluster} of one run of `pycore triage` over all of them."""
    done = subprocess.run([str(pycore), "triage", "--format=json", *map(str, paths)], stdout=subprocess.PIPE)
    return {read["path"]: read["cluster"] for read in json.loads(done.stdout)["inputs"]}


def sign(pycore, paths):
    done = subprocess.run([str(pycore), "sig", "--format=json", *map(str, paths)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != len(paths):
        raise SystemExit("pycore sig told of %d targets out of %d: %s" % (
            len(lines), len(paths), done.stderr.decode(errors="replace").strip()[-300:]))
    return lines


def make_item(path, signature):
    bug, interpreter, variant = path.stem.split("@")
    keys = {"L%d" % level: signature["signature"]["L%d" % level] for level in range(4)}
    keys.update(baselines.keys_of(read_document(path)))
    keys.update(baselines.fitting_keys(signature))
    return Item(str(path), bug, interpreter, variant, keys, signature)


def read_document(path):
    with open(path, "rb") as file:
        return json.load(file)
