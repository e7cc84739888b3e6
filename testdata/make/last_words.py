# SPDX-License-Identifier: Apache-2.0
"""Real deaths that say on stderr what they die of, and what pycore reads of the same in their cores.

    reader = last_words.Reader("build/tools/pycore")
    answer = reader.compare(death, interpreter, "shared-O2")      # .verdict, .why, .cause

Deaths by C++ exception are the functions die_NAME() of testdata/programs/ext/throwing.cpp; fatal errors of Python are
those that the interpreter finds itself (FATAL_ERRORS), and fatal_NAME() of testdata/programs/ext/fatal.c.
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

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "programs" / "ext"
CACHE = corpus_maker.CACHE / "corpus" / "ext"
STATIC = ["-static-libstdc++", "-static-libgcc"]
CXX = ["c++", "-std=c++17", "-g"]
BUILDS = {
    # With the system's C++ library, or with one of their own inside.
    "C++": {"shared-O0": [*CXX, "-O0"], "shared-O2": [*CXX, "-O2"], "static-O0": [*CXX, *STATIC, "-O0"],
            "static-O2": [*CXX, *STATIC, "-O2"], "stripped-O2": [*CXX, *STATIC, "-O2", "-s"]},
    "fatal error of an extension": {
        "gcc-O0": ["gcc", "-O0"], "gcc-O2": ["gcc", "-O2"], "gcc-Os": ["gcc", "-Os"], "gcc-O3": ["gcc", "-O3"],
        "clang-O1": ["clang-14", "-O1"], "clang-O2": ["clang-14", "-O2"], "clang-Oz": ["clang-14", "-Oz"]},
}
FATAL_ERRORS = {
    "thread_state_get": "ctypes.CDLL(None).PyThreadState_Get()",
    "save_thread": "ctypes.CDLL(None).PyEval_SaveThread()",
    "acquire_null": "ctypes.pythonapi.PyEval_AcquireThread(None)",
    "release_null": "ctypes.pythonapi.PyEval_ReleaseThread(None)",
    "restore_null": "ctypes.pythonapi.PyEval_RestoreThread(None)",
    "delete_current": """f = ctypes.pythonapi.PyThreadState_Get
f.restype = ctypes.c_void_p
ctypes.pythonapi.PyThreadState_Delete(ctypes.c_void_p(f()))""",
    "delete_null": "ctypes.pythonapi.PyThreadState_Delete(None)",
    "delete_interpreter": """ctypes.pythonapi.PyInterpreterState_Main.restype = ctypes.c_void_p
ctypes.pythonapi.PyInterpreterState_Delete(ctypes.c_void_p(ctypes.pythonapi.PyInterpreterState_Main()))""",
    "end_interpreter": """f = ctypes.pythonapi.PyThreadState_Get
f.restype = ctypes.c_void_p
ctypes.pythonapi.Py_EndInterpreter(ctypes.c_void_p(f()))""",
    "release_in_main": """for i in range(3): ctypes.pythonapi.PyGILState_Release(1)""",
    "release_in_thread": """import threading
f = ctypes.CDLL(None).PyGILState_Release
t = threading.Thread(target=f, args=(1,)); t.start(); t.join()""",
    "dealloc_of_none": """for i in range(1 << 22): ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))""",
    "append_inittab": "ctypes.pythonapi.PyImport_AppendInittab(b'x', None)",
    "by_name": "ctypes.pythonapi.Py_FatalError(b'called by its name')",
    "with_function": "ctypes.pythonapi._Py_FatalErrorFunc(b'where', b'called with a function')",
    "heap_overrun": """m = ctypes.pythonapi.PyMem_Malloc; m.restype = ctypes.c_void_p
p = m(16); ctypes.memset(p, 1, 20); ctypes.pythonapi.PyMem_Free(ctypes.c_void_p(p))""",
    "other_heap": """m = ctypes.pythonapi.PyMem_Malloc; m.restype = ctypes.c_void_p
ctypes.pythonapi.PyObject_Free(ctypes.c_void_p(m(16)))""",
}
VERDICTS = ("right", "silent", "wrong", "not run")
END_SECONDS = 20
MAX_TEXT = 1024                 # bytes that pycore reads of a text


@dataclasses.dataclass(frozen=True)
class Death:
    name: str
    program: str
    family: str
    source: str = None          # that there are several builds of


@dataclasses.dataclass(frozen=True)
class Answer:
    verdict: str
    why: str = ""
    cause: dict = None


def list_deaths():
    deaths = [Death(name, "import ctypes, sys\n" + program, "fatal error") for name, program in FATAL_ERRORS.items()]
    for family, source, pattern, prefix in (("C++", "throwing.cpp", r"^DEATH\((\w+)\)", "die_"),
                                            ("fatal error of an extension", "fatal.c", r"^void fatal_(\w+)\(", "fatal_")):
        for kind in re.findall(pattern, (SOURCES / source).read_text(), re.MULTILINE):
            program = "import ctypes, sys; ctypes.PyDLL(sys.argv[1]).%s%s()" % (prefix, kind)
            deaths.append(Death(kind, program, family, source))
    return deaths


def builds_of(death):
    return list(BUILDS.get(death.family, [None]))


def compiled(death, build):
    source, flags = SOURCES / death.source, BUILDS[death.family][build]
    digest = hashlib.sha256(source.read_bytes() + repr(flags).encode()).hexdigest()[:10]
    target = CACHE / ("%s-%s-%s" % (source.stem, build, digest)) / "deaths.so"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(".%d-%d" % (os.getpid(), threading.get_ident()))
        corpus_maker.run_compiler([*flags, "-fPIC", "-shared", "-w", "-o", str(partial), str(source)])
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
        return (judge_exception if death.family == "C++" else judge_fatal_error)(said, cause)

    @staticmethod
    def run(death, interpreter, build, run):
        """What it said on stderr; its core lies in `run`."""
        command = list(interpreter.command) + ["-c", death.program]
        if build:
            shutil.copy(compiled(death, build), run)
            command.append(str(run / "deaths.so"))
        environment = dict(common.start_environment(interpreter), LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
        if "PyMem_" in death.program:
            environment["PYTHONMALLOC"] = "debug"

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


def judge_fatal_error(said, cause):
    truth = re.search(r"^Fatal Python error: (.*)$", said, re.MULTILINE)
    truth, told = truth and truth.group(1), cause.get("message")
    why = "said %r; told %r (%s)" % (truth, told, cause["title"])
    if told is None:
        return Answer("silent" if truth else "right", why, cause)
    # What the function is called is not told everywhere; values in a text are not.
    pattern = "(.*: )?" + ".*".join(map(re.escape, told.split("...")))
    return Answer("right" if truth and re.fullmatch(pattern, truth) else "wrong", why, cause)
