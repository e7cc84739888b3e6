# SPDX-License-Identifier: Apache-2.0
"""Real deaths that say on stderr what they die of, and what pycore reads of the same in their cores.

    reader = last_words.Reader("build/tools/pycore")
    answer = reader.compare(death, interpreter, "shared-O2")      # .verdict, .why, .cause

Deaths by C++ exception are the functions die_NAME() of testdata/programs/ext/throwing.cpp.
"""
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

from interpreter_sources import common

import corpus_maker

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "programs" / "ext" / "throwing.cpp"
CACHE = corpus_maker.CACHE / "corpus" / "ext"
STATIC = ["-static-libstdc++", "-static-libgcc"]
# With the system's C++ library, or with one of their own inside.
BUILDS = {"shared-O0": (["-O0"], []), "shared-O2": (["-O2"], []), "static-O0": (["-O0"], STATIC),
          "static-O2": (["-O2"], STATIC), "stripped-O2": (["-O2", "-s"], STATIC)}
VERDICTS = ("right", "silent", "wrong", "not run")
END_SECONDS = 30
MAX_TEXT = 1024                 # bytes that pycore reads of a text


@dataclasses.dataclass(frozen=True)
class Death:
    name: str
    program: str
    family: str
    builds: bool = False        # in C++: there are several builds of it


@dataclasses.dataclass(frozen=True)
class Answer:
    verdict: str
    why: str = ""
    cause: dict = None


def list_deaths():
    kinds = re.findall(r"^DEATH\((\w+)\)", SOURCE.read_text(), re.MULTILINE)
    return [Death(kind, "import ctypes, sys; ctypes.CDLL(sys.argv[1]).die_%s()" % kind, "C++", True) for kind in kinds]


def compiled(build):
    flags, ends = BUILDS[build]
    digest = hashlib.sha256(SOURCE.read_bytes() + repr((flags, ends)).encode()).hexdigest()[:10]
    target = CACHE / ("throwing-%s-%s" % (build, digest)) / "throwing.so"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(".%d-%d" % (os.getpid(), threading.get_ident()))
        corpus_maker.run_compiler(["c++", "-std=c++17", "-fPIC", "-shared", "-g", "-w", *flags, "-o", str(partial),
                                   str(SOURCE), *ends])
        os.rename(partial, target)
    return target


def truth_of_exception(said):
    """(type, text) as the C++ runtime told it; type "" for none, None for nothing told."""
    thrown = re.search(r"^terminate called after throwing an instance of '(.*)'$", said, re.MULTILINE)
    if thrown:
        text = re.search(r"^  what\(\):  (.*?)\n?(?=^Fatal Python error|\Z)", said, re.MULTILINE | re.DOTALL)
        return thrown.group(1), text and text.group(1)
    return ("", None) if "terminate called without an active exception" in said else (None, None)


class Reader:
    def __init__(self, pycore):
        self.pycore = str(pathlib.Path(pycore).absolute())

    def compare(self, death, interpreter, build):
        with tempfile.TemporaryDirectory(prefix="pycore-last-words-") as folder:
            run = pathlib.Path(folder)
            try:
                said = self.run(death, interpreter, build, run)
                cause = self.read(interpreter, run)
            except corpus_maker.CannotMake as reason:
                return Answer("not run", str(reason))
        return judge_exception(said, cause)

    @staticmethod
    def run(death, interpreter, build, run):
        """What it said on stderr; its core lies in `run`."""
        command = list(interpreter.command) + ["-c", death.program]
        if build:
            shutil.copy(compiled(build), run)
            command.append(str(run / "throwing.so"))
        environment = dict(common.start_environment(interpreter), LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")

        def prepare():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
            signal.alarm(END_SECONDS)
        done = subprocess.run(common.start_command(interpreter, command, [str(run)]), cwd=run, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              preexec_fn=prepare)
        said = done.stderr.decode(errors="replace")
        if done.returncode not in (-signal.SIGABRT, 128 + signal.SIGABRT) or not list(run.glob("*core*")):
            raise corpus_maker.CannotMake("it left with %d: %s" % (done.returncode, said.strip()[-200:]))
        return said

    def read(self, interpreter, run):
        core, = run.glob("*core*")
        command = [self.pycore, "info", "--format=json", str(core)]
        if interpreter.root:
            command += ["--sysroot", interpreter.root]
        for folder in interpreter.debug_dirs:
            command += ["--debug-dir", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in (0, 3):
            raise corpus_maker.CannotMake("pycore: " + done.stderr.decode(errors="replace")[-200:])
        return json.loads(done.stdout)["cause"]


def judge_exception(said, cause):
    kind, text = truth_of_exception(said)
    told_kind, told_text = cause.get("exception"), cause.get("message")
    why = "said %r, %r; told %r, %r (%s)" % (kind, text, told_kind, told_text, cause["title"])
    if told_kind is None:
        if kind:
            return Answer("silent", why, cause)
        claims_none = cause["reason"] == "terminate"
        wrong = claims_none and kind is None
        return Answer("wrong" if wrong else "right" if claims_none or kind is None else "silent", why, cause)
    if kind is None or told_kind.replace(" ", "") != kind.replace(" ", ""):
        return Answer("wrong", why, cause)
    if told_text is None:
        return Answer("silent" if text is not None else "right", why, cause)
    # Strings and numbers that were thrown have no what().
    wrong = text is not None and told_text != text[:MAX_TEXT]
    return Answer("wrong" if wrong else "right", why, cause)
