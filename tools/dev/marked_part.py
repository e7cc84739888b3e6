# SPDX-License-Identifier: Apache-2.0
"""The part of a page that a script writes, between two marks that name the script.

    marked_part.write("docs/support-matrix.md", "tools/dev/scenario-matrix", ["| a table |"])
"""


def write(path, script, lines):
    begin, end = ("<!-- written by %s: %s -->" % (script, word) for word in ("begin", "end"))
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError("%s lacks the marks %s ... %s" % (path, begin, end))
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + after, encoding="utf-8")
