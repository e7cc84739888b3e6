# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""Prints line tables of this Python and what it itself reads in them, for line_table_vectors.inc:

    for v in 3.8 3.9 3.10 3.11 3.12 3.13; do python$v make_line_table_vectors.py; done > line_table_vectors.inc
    python3.11 -X no_debug_ranges make_line_table_vectors.py >> line_table_vectors.inc

Lines come from PyCode_Addr2Line, columns from co_positions. Each vector:
    {format, "name", first line, "table in hex", {{begin, end, line, end line, column, end column}, ...}}
begin and end are byte offsets; -1: none.
"""

import ctypes
import sys

SOURCES = {
    "several calls": "def f(a):\n    b = a(1,\n          2)\n    return (b\n            .c(\n                3))\n",
    "jump of 5000 lines": "def f(a):\n    a()" + "\n" * 5000 + "    return a.b\n",
    "back by 300 lines": "def f(a):\n    return a(" + "\n" * 300 + "        b=a.c)\n",
    "long code on one line": "def f(a):\n    x = [" + ", ".join("a.b%d" % i for i in range(90)) + "]\n    return x\n",
    "columns past 1000": "def f(a):\n    return '" + "x" * 1000 + "' + a.b(a, a.c) + a.d\n",
    "no line": "def f(a):\n    for x in a:\n        try:\n            if x:\n                continue\n        finally:\n            a()\n",
    "non-ascii columns": "def f(a):\n    return 'ü日本😀' + a.bäume(a) + a.d\n",
}


def positions(code):
    """(line, end line, column, end column) of every 2-byte unit."""
    units = len(code.co_code) // 2
    addr2line = ctypes.pythonapi.PyCode_Addr2Line
    addr2line.argtypes = [ctypes.py_object, ctypes.c_int]
    lines = [addr2line(code, 2 * i) for i in range(units)]
    if not hasattr(code, "co_positions"):
        return [(line, -1, -1, -1) for line in lines]
    result = []
    for line, (start, end, column, end_column) in zip(lines, code.co_positions()):
        assert line == (-1 if start is None else start), (line, start)
        result.append(tuple(-1 if value is None else value for value in (start, end, column, end_column)))
    return result


def runs(values):
    begin = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] != values[begin]:
            yield (2 * begin, 2 * i) + values[begin]
            begin = i


def main():
    if sys.version_info < (3, 10):
        kind = "Lnotab"
    else:
        kind = "LineDeltas" if sys.version_info < (3, 11) else "LocationTable"
    label = "%d.%d" % sys.version_info[:2]
    if sys._xoptions.get("no_debug_ranges"):
        label += " no_debug_ranges"
    for name, source in SOURCES.items():
        namespace = {}
        exec(compile(source, "<vector>", "exec"), namespace)
        code = namespace["f"].__code__
        table = code.co_lnotab if kind == "Lnotab" else code.co_linetable
        text = ", ".join("{%s}" % ", ".join(map(str, run)) for run in runs(positions(code)))
        print('{LineTableFormat::%s, "%s %s", %d,\n "%s",\n {%s}},' %
              (kind, label, name, code.co_firstlineno, table.hex(), text))


main()
