# SPDX-License-Identifier: Apache-2.0
"""Whether a line is the one where a function begins, by the source itself: a frame that stands there has not begun.

    begins = first_lines.FirstLines(interpreter)
    begins("/usr/lib/python3.11/queue.py", 28, "__init__")
"""
import pathlib
import re


class FirstLines:
    def __init__(self, interpreter):
        root = interpreter["root"] or ""
        version = "python%d.%d" % tuple(interpreter["version_info"][:2])
        self.root = root
        self.library = pathlib.Path(root + interpreter["executable"]).parents[1] / "lib" / version

    def __call__(self, file, line, function):
        frozen = re.fullmatch(r"<frozen (.*)>", file or "")
        path = self.find_frozen(frozen.group(1)) if frozen else pathlib.Path(self.root + (file or ""))
        path = path if path.exists() else pathlib.Path(file or "")
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError):
            return False
        return (function, line) in set(beginnings(code))

    def find_frozen(self, module):
        base = self.library / module.replace(".", "/")
        return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def beginnings(code):
    """(name, first line) of a code object and of all inside it, without recursion."""
    waiting = [code]
    while waiting:
        one = waiting.pop()
        yield one.co_name, one.co_firstlineno
        waiting += [constant for constant in one.co_consts if hasattr(constant, "co_firstlineno")]
