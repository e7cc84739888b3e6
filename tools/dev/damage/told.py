# SPDX-License-Identifier: Apache-2.0
"""What one run of `pycore stacks --format=json` told, in the form that is compared."""
import dataclasses
import json

PYTHON_FIELDS = ("function", "qualname", "file", "line", "column", "end_line", "end_column")


@dataclasses.dataclass
class Told:
    status: int
    runtime: dict = None
    executable: str = None
    threads: list = dataclasses.field(default_factory=list)
    losses: set = dataclasses.field(default_factory=set)  # warnings and errors, as (thread, message)
    words: bytes = b""                                      # what it said on stderr

    @property
    def whole(self):
        return self.status == 0


@dataclasses.dataclass
class ToldThread:
    tid: int
    name: str
    python: list  # of {"address", *PYTHON_FIELDS}, oldest first
    native: list  # of (pc, module, function)


class Unreadable(Exception):
    """An answer that is no answer."""


def read_told(status, output, words=b""):
    if status not in (0, 1, 3):
        raise Unreadable("exit status %d" % status)
    if not output:
        if status != 1 or not words:
            raise Unreadable("exit status %d without a word" % status)
        return Told(status, words=words)
    try:
        report = json.loads(output)
    except ValueError as error:
        raise Unreadable("no JSON: %s" % error) from None
    losses = {(entry["thread"], entry["message"]) for entry in report["diagnostics"] if entry["severity"] != "note"}
    return Told(status, report["runtime"], report["process"]["executable"],
                [read_thread(thread) for thread in report["threads"]], losses, words)


def read_thread(thread):
    python = [{key: frame[key] for key in ("address",) + PYTHON_FIELDS}
              for frame in thread["frames"] if frame["kind"] == "python"]
    native = [(frame["pc"], frame["module"], frame["function"])
              for frame in thread["frames"] if frame["kind"] == "native" and not frame["inlined"]]
    return ToldThread(thread["tid"] or 0, thread["name"], python, native)
