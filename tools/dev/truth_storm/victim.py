# SPDX-License-Identifier: Apache-2.0
"""Starts a workload under a faulthandler that tells all threads when it is asked to; runs on Python 3.8 to 3.15.

    python3 victim.py '{"text": "/tmp/x/text", "signal": 54, "path": [], "module": "test", "arguments": ["test_re"]}'

The workload is a module or a script, as with `python -m` or `python FILE`; nothing else is changed for it.
"""
import faulthandler
import fcntl
import json
import os
import runpy
import sys

HIGH_DESCRIPTOR = 200   # out of the way of programs that close what they do not know


def main():
    plan = json.loads(sys.argv[1])
    low = os.open(plan["text"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    text = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR)
    os.close(low)
    sys.path[:1] = plan["path"]
    arguments = [word.replace("LIBRARY", os.path.dirname(os.__file__)) for word in plan["arguments"]]
    sys.argv = [plan.get("module") or plan["script"], *arguments]
    faulthandler.register(plan["signal"], file=text, all_threads=True, chain=False)
    if "module" in plan:
        runpy.run_module(plan["module"], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(plan["script"], run_name="__main__")


if __name__ == "__main__":
    main()
