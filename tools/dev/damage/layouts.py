# SPDX-License-Identifier: Apache-2.0
"""Where the fields of CPython's structures are: the committed tables, the one that is nearest to a version."""
import pathlib
import re

TABLES = pathlib.Path(__file__).resolve().parents[3] / "lib" / "layout" / "tables"


def layout_for(version):
    """{"group.field": offset} for a version like "3.12.1"; None where no table has its minor version."""
    major, minor, patch = (int(part) for part in re.match(r"(\d+)\.(\d+)\.(\d+)", version).groups())
    tables = {}
    for path in TABLES.glob("cpython_%d_%d_*.def" % (major, minor)):
        tables[abs(int(path.stem.rpartition("_")[2]) - patch)] = path
    return read_table(tables[min(tables)]) if tables else None


def read_table(path):
    fields = re.findall(r"LAYOUT_OFFSET\((\w+), (\w+), (\d+)\)", path.read_text())
    return {"%s.%s" % (group, field): int(offset) for group, field, offset in fields}
