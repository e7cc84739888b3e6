# SPDX-License-Identifier: Apache-2.0
"""Runs pycore on one file and measures it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SANITIZER_WORDS = (b"AddressSanitizer", b"LeakSanitizer", b"runtime error:", b"UndefinedBehaviorSanitizer")
PATIENCE_SECONDS = 90  # then it hangs


class Run:
    def __init__(self, measured, output, words):
        self.status, self.wall, self.cpu = measured["status"], measured["wall"], measured["cpu"]
        self.megabytes = measured["kilobytes"] / 1024
        self.output, self.words = output, words

    @property
    def seconds(self):
        """Wall clock, unless it waited for a busy machine."""
        return self.wall if self.wall < 2 * self.cpu or self.wall > 30 else min(self.wall, 2 * self.cpu)


class Runner:
    """One command at a time, through a small process of its own; see launcher.py."""

    def __init__(self, pycore, folder):
        self.pycore = str(pycore)
        self.output = tempfile.mktemp(prefix="out-", dir=str(folder))
        launcher = pathlib.Path(__file__).with_name("launcher.py")
        self.process = subprocess.Popen([sys.executable, "-I", "-S", str(launcher)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, universal_newlines=True)

    def run(self, *words):
        return self.launch([self.pycore, *words], PATIENCE_SECONDS)

    def launch(self, words, seconds):
        job = [words, self.output, self.output + ".err", seconds]
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        measured = json.loads(self.process.stdout.readline())
        return Run(measured, pathlib.Path(self.output).read_bytes(), pathlib.Path(self.output + ".err").read_bytes())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        for path in (self.output, self.output + ".err"):
            if os.path.exists(path):
                os.unlink(path)


def is_sanitized(pycore):
    return b"__asan_init" in pathlib.Path(pycore).read_bytes()
