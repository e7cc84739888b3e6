# SPDX-License-Identifier: Apache-2.0
"""Runs commands one by one and measures them. A process of its own, because the kernel counts the memory of
whoever forks to the child (ru_maxrss): this one stays small.

    python3 launcher.py     # a JSON list [words, stdout, stderr, seconds] a line in; a JSON object a line out
"""
import json
import os
import signal
import sys
import time


def main():
    for line in sys.stdin:
        words, output, errors, seconds = json.loads(line)
        print(json.dumps(run(words, output, errors, seconds)), flush=True)


def run(words, output, errors, seconds):
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        execute(words, output, errors, seconds)
    _, status, usage = os.wait4(child, 0)
    return {"status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
            "wall": time.monotonic() - started, "cpu": usage.ru_utime + usage.ru_stime, "kilobytes": usage.ru_maxrss}


def execute(words, output, errors, seconds):
    try:
        os.setsid()  # no terminal that a core could name
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        signal.alarm(seconds)  # survives exec; SIGALRM then ends what hangs
        os.execv(words[0], words)
    finally:
        os._exit(127)


if __name__ == "__main__":
    main()
