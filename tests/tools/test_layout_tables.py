# SPDX-License-Identifier: Apache-2.0
"""The committed layouts of lib/layout/tables/ against the DWARF of the builds that they stand for.

    MAKE_LAYOUT_TABLE=build/tools/dev/make-layout-table python3 -m pytest tests/tools/test_layout_tables.py

Every interpreter of tools/dev/interpreters with debug information and a table of its version counts.
"""
import json
import os
import pathlib
import re
import subprocess

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
TABLES = CHECKOUT / "lib" / "layout" / "tables"
MAKE_TABLE = pathlib.Path(os.environ.get("MAKE_LAYOUT_TABLE", CHECKOUT / "build/tools/dev/make-layout-table"))
# Debug builds have larger structures at the end of the two big ones; no field before moves.
SIZES = re.compile(r"LAYOUT_OFFSET\((runtime_state|interpreter_state), size, .*\n")


def interpreters():
    listed = subprocess.run([str(CHECKOUT / "tools/dev/interpreters"), "list", "--json"], stdout=subprocess.PIPE)
    return json.loads(listed.stdout) if listed.returncode == 0 else []


def table_of(version):
    return TABLES / ("cpython_%s.def" % version.replace(".", "_"))


def file_with_dwarf(interpreter):
    """The interpreter itself, or its debug file by build-id; None without one."""
    if interpreter["has_debug_info"]:
        return interpreter["binary"]
    notes = subprocess.run(["readelf", "-n", interpreter["binary"]], stdout=subprocess.PIPE).stdout.decode()
    build_id = re.search(r"Build ID: ([0-9a-f]+)", notes)
    for folder in interpreter["debug_dirs"] if build_id else []:
        name = build_id.group(1)
        path = pathlib.Path(folder, ".build-id", name[:2], name[2:] + ".debug")
        if path.exists():
            return str(path)
    return None


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda interpreter: interpreter["name"])
def test_the_committed_layout_is_that_of_the_build(interpreter):
    table = table_of(interpreter["version"])
    file = file_with_dwarf(interpreter)
    if interpreter["free_threaded"]:
        pytest.skip("free-threaded builds have another layout, and describe it themselves")
    if not MAKE_TABLE.exists() or not table.exists() or file is None:
        pytest.skip("no tool, no table of %s or no DWARF" % interpreter["version"])
    made = subprocess.run([str(MAKE_TABLE), interpreter["version"], file], stdout=subprocess.PIPE, check=True)
    made, committed = made.stdout.decode(), table.read_text()
    if interpreter["pydebug"]:
        made, committed = SIZES.sub("", made), SIZES.sub("", committed)
    assert made == committed
