#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the reports of hand-made triages against the schemas of those who read them: SARIF 2.1.0 and Jenkins' JUnit in
tests/support/public_schemas, our own in docs/schema; and HTML against its own rules of nesting.

    tests/report/check_reports.py build/tests/write_reports

Exit status 77 (skipped) if python3-jsonschema or xmllint is missing.
"""
import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[1]
PUBLIC = HERE / "support" / "public_schemas"
sys.path.insert(0, str(HERE / "support"))
sys.dont_write_bytecode = True
VOID = {"meta", "input", "br", "link", "hr", "img"}

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed, so no report was checked against its schema")
    sys.exit(77)

import schemas  # noqa: E402


def main():
    if not shutil.which("xmllint"):
        print("SKIPPED: xmllint is not installed, so no JUnit report was checked against its schema")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        reports = sorted(pathlib.Path(folder).iterdir())
        for report in reports:
            failed += not check(report)
    print("%d reports checked, %d wrong" % (len(reports), failed))
    return 1 if failed or len(reports) < 32 else 0


def check(report):
    try:
        {".json": check_json, ".jsonl": check_lines, ".xml": check_junit, ".sarif": check_sarif, ".html": check_html,
         ".md": check_markdown}[report.suffix](report)
        return True
    except (jsonschema.ValidationError, ValueError) as error:
        print("%s: %s" % (report.name, error))
        return False


def check_json(report):
    schemas.validate(json.loads(report.read_text(encoding="utf-8")))


def check_lines(report):
    for line in report.read_text(encoding="utf-8").splitlines():
        schemas.validate(json.loads(line))


def check_junit(report):
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", PUBLIC / "jenkins-junit.xsd", report],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if done.returncode != 0:
        raise ValueError(done.stdout[:2000])


def check_sarif(report):
    schema = json.loads((PUBLIC / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    document = json.loads(report.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)
    run = document["runs"][0]
    for result in run["results"]:
        if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
            raise ValueError("a result's rule is not that of its index")


class Nesting(html.parser.HTMLParser):
    """Refuses what is not closed in order, what runs scripts from elsewhere, and what has no place here."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.scripts = 0

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if any(name in names for name in ("src", "href")) or any(name.startswith("on") for name in names):
            raise ValueError("<%s %s> would fetch or run something" % (tag, attrs))
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise ValueError("</%s> closes something else at line %d" % (tag, self.getpos()[0]))


def check_html(report):
    nesting = Nesting()
    nesting.feed(report.read_text(encoding="utf-8"))
    if nesting.open or nesting.scripts != 1:
        raise ValueError("open at the end: %s; %d scripts" % (nesting.open, nesting.scripts))


def check_markdown(report):
    if len(report.read_bytes()) > 1000000:
        raise ValueError("too long")


if __name__ == "__main__":
    sys.exit(main())
