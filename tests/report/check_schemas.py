#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the documents of hand-made states against docs/schema.

    tests/report/check_schemas.py build/tests/write_samples

Exit status 77 (skipped) if python3-jsonschema is missing.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed, so no JSON document was checked against its schema")
    sys.exit(77)

import schemas  # noqa: E402


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        samples = sorted(pathlib.Path(folder).glob("*.json"))
        for sample in samples:
            failed += check(sample)
    print("%d documents checked, %d wrong" % (len(samples), failed))
    return 1 if failed or not samples else 0


def check(sample):
    try:
        schemas.validate(json.loads(sample.read_text(encoding="utf-8")))
        return 0
    except (jsonschema.ValidationError, ValueError) as error:
        print("%s: %s" % (sample.name, error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
