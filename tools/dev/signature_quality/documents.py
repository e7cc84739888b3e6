# SPDX-License-Identifier: Apache-2.0
"""The documents of the labelled corpus with what pycore and the baselines make of each."""
import dataclasses
import hashlib
import json
import lzma
import subprocess

from . import baselines

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
    def fitted(self):
        return is_fitted(self.bug)


def is_fitted(bug):
    """Half of the bugs by the hash of their names: rules are fitted on these, the others are only measured."""
    return hashlib.sha256(bug.encode()).digest()[0] % 2 == 0


def read_items(pycore, paths):
    """Items of BUG@INTERPRETER@VARIANT.json files (or .json.xz in a folder, unpacked by the caller)."""
    items = []
    for begin in range(0, len(paths), BATCH):
        batch = paths[begin:begin + BATCH]
        for path, signature in zip(batch, sign(pycore, batch)):
            items.append(make_item(path, signature))
    return items


def sign(pycore, paths):
    done = subprocess.run([str(pycore), "sig", "--format=json", *map(str, paths)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != len(paths):
        raise SystemExit("pycore sig told of %d targets out of %d: %s" % (
            len(lines), len(paths), done.stderr.decode(errors="replace").strip()[-300:]))
    return lines


def make_item(path, signature):
    bug, interpreter, variant = path.name.split(".json")[0].split("@")
    keys = {"L%d" % level: signature["signature"]["L%d" % level] for level in range(4)}
    keys.update(baselines.keys_of(read_document(path)))
    keys.update(baselines.fitting_keys(signature))
    return Item(str(path), bug, interpreter, variant, keys, signature)


def read_document(path):
    opened = lzma.open(path) if str(path).endswith(".xz") else open(path, "rb")
    with opened as file:
        return json.load(file)
