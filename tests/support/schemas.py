# SPDX-License-Identifier: Apache-2.0
"""Validates JSON documents of pycore against docs/schema, more strictly than users have to.

    from schemas import validate
    validate(json.loads(text))       # picks the schema by the document's own `schema` key

Users must let new keys pass; here a key that the schema does not name is an error, so that whoever
adds a key adds it to the schema. Raises jsonschema.ValidationError.
"""
import json
import pathlib

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schema"


def load(name):
    return json.loads((FOLDER / (name + "-1.schema.json")).read_text(encoding="utf-8"))


def load_strict(name):
    """The schema with the shared definitions inside (which every version of jsonschema can follow)."""
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    schema["$defs"] = {**load("common")["$defs"], **schema.get("$defs", {})}
    return close_objects(json.loads(json.dumps(schema).replace("common-1.schema.json#", "#")))


def close_objects(node):
    if isinstance(node, list):
        return [close_objects(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: close_objects(value) for key, value in node.items()}
    if node.get("type") == "object" and "required" in node:
        closed["additionalProperties"] = False
    return closed


def validate(document):
    product, name, number = document["schema"].split("/")
    if (product, number) != ("pycore", "1"):
        raise jsonschema.ValidationError("unknown schema " + document["schema"])
    jsonschema.Draft202012Validator(load_strict(name)).validate(document)
