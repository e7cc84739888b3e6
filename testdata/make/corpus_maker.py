# SPDX-License-Identifier: Apache-2.0
"""Makes the labelled corpus: each bug of testdata/corpus/bugs under many interpreters and circumstances.

    import corpus_maker
    maker = corpus_maker.Maker(pycore="build/tools/pycore", folder=pathlib.Path("/tmp/corpus"))
    maker.make(bug, interpreter, corpus_maker.VARIANTS["lines"])

A made core is read by `pycore stacks --format=json` and removed: the document is what is kept, as
BUG@INTERPRETER@VARIANT.json. The label is the bug's name, true by construction.
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
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "dev"))
from interpreter_sources import common  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
CACHE = pathlib.Path(os.environ.get("PYCORE_CACHE", "~/.cache/pycore")).expanduser()
CRASH_SECONDS = 20.0
REST_SECONDS = 30.0          # for a program to come to rest
QUIET_SECONDS = 1.2          # without a thread that runs: it has
SPIN_SECONDS = 5.0           # a program that never rests is dumped after that
STACK_BYTES = 1 << 20        # an overflow of eight megabytes says the same in eight times as many frames
TEST = '''import unittest

import app


class TestApp(unittest.TestCase):
    def test_main(self):
        app.main()
'''


class CannotMake(Exception):
    """A combination that gives no core; the message says why."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """Under which circumstances a bug is run; what they have in common is the bug."""
    name: str
    place: str = "srv/app"            # where the virtual environment lies
    inserted_lines: int = 0
    faulthandler: bool = False
    runner: bool = False              # inside unittest
    build: str = "plain"              # of the C and C++ libraries
    library: str = "lib%s.so"


VARIANTS = {variant.name: variant for variant in (
    Variant("plain"),
    Variant("place", place="home/user/deploy-2/env.d", library="lib%s-1f2e3d4c.so.1"),
    Variant("lines", inserted_lines=9),
    Variant("faulthandler", faulthandler=True),
    Variant("runner", runner=True),
    Variant("debug", build="debug"),
    Variant("optimized", build="optimized"),
)}

BUILDS = {"plain": ["-O1", "-g"], "debug": ["-O0", "-g"], "optimized": ["-O2", "-g"]}


@dataclasses.dataclass(frozen=True)
class Bug:
    name: str
    path: pathlib.Path
    settings: dict

    @property
    def ends(self):
        return self.settings.get("ends", "crash")

    def why_not(self, interpreter):
        for need in self.settings.get("needs", []):
            if not interpreter.facts.get("has_" + need):
                return "%s has no %s" % (interpreter.name, need)
        return None


def list_bugs():
    bugs = []
    for path in sorted((CORPUS / "bugs").glob("*.py")):
        told = re.search(r"^# bug: (.*)$", path.read_text(), re.MULTILINE)
        bugs.append(Bug(path.stem, path, json.loads(told.group(1)) if told else {}))
    return bugs


def list_interpreters():
    from interpreter_sources import debian, embedded, local, registries
    found = {}
    for source in (local, debian, embedded, registries):
        for candidate in source.find():
            interpreter = common.probe(candidate)
            if interpreter is not None:
                found.setdefault(interpreter.name, interpreter)
    return list(found.values())


def shifted(text, count):
    """The same program with every line moved: blank lines on top and before each function."""
    if not count:
        return text
    text = re.sub(r"^( *)(def |class |async def )", lambda m: "\n" + m.group(1) + "# moved\n" + m.group(0), text,
                  flags=re.MULTILINE)
    return "#\n" * count + text


def run_compiler(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise CannotMake("%s: %s" % (command[0], done.stdout.decode(errors="replace")[-300:]))


class Maker:
    def __init__(self, pycore, folder, keep_core=None):
        self.pycore = str(pathlib.Path(pycore).absolute())
        self.folder = folder
        self.work = CACHE / "corpus" / "work"
        self.keep_core = keep_core
        self.lock = threading.Lock()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(parents=True, exist_ok=True)

    def document(self, bug, interpreter, variant):
        return self.folder / ("%s@%s@%s.json" % (bug.name, interpreter.name, variant.name))

    def make(self, bug, interpreter, variant):
        """The document, made if it is not there yet."""
        document = self.document(bug, interpreter, variant)
        if document.exists():
            return document
        reason = bug.why_not(interpreter)
        if reason:
            raise CannotMake(reason)
        run = self.work / ("%d-%d" % (os.getpid(), threading.get_ident()))
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        try:
            core = self.run_and_dump(bug, interpreter, variant, run)
            self.read(core, interpreter, document)
        finally:
            shutil.rmtree(run, ignore_errors=True)
        return document

    def read(self, core, interpreter, document):
        command = [self.pycore, "stacks", "--format=json", "--native=all", "--native-lines=never", str(core)]
        if interpreter.root:
            command += ["--sysroot", interpreter.root]
        for folder in interpreter.debug_dirs:
            command += ["--debug-dir", folder]
        partial = document.with_name("." + document.name)
        with open(partial, "wb") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, timeout=120)
        if done.returncode not in (0, 3):
            partial.unlink()
            raise CannotMake("pycore: " + done.stderr.decode(errors="replace")[-200:])
        if self.keep_core:
            shutil.copy(core, self.keep_core)
        os.rename(partial, document)

    def run_and_dump(self, bug, interpreter, variant, run):
        site = self.install(bug, interpreter, variant, run)
        process = self.start(bug, interpreter, variant, run, site)
        try:
            if bug.ends == "hang":
                self.wait_until_quiet(process, bug.settings.get("spins", False))
                process.send_signal(signal.SIGABRT)
            process.wait(CRASH_SECONDS)
        except subprocess.TimeoutExpired:
            raise CannotMake("it did not end") from None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        cores = [path for path in run.glob("*core*") if path.is_file()]
        if not cores:
            tail = (run / "output.txt").read_text(errors="replace").strip().splitlines()[-1:]
            raise CannotMake("it left with %s and no core: %s" % (process.returncode, " ".join(tail)))
        return cores[0]

    def install(self, bug, interpreter, variant, run):
        """The application where its environment has its packages."""
        version = "python%d.%d" % tuple(interpreter.facts["version_info"][:2])
        home = run / variant.place
        site = home / "lib" / version / "site-packages"
        site.mkdir(parents=True)
        for source, name in ((bug.path, "app.py"), (CORPUS / "native.py", "native.py")):
            text = source.read_text()
            if name == "app.py":
                text += '\n\nif __name__ == "__main__":\n    main()\n'
            (site / name).write_text(shifted(text, variant.inserted_lines))
        (site / "test_app.py").write_text(TEST)
        (home / "bin").mkdir()
        (home / "pyvenv.cfg").write_text("home = %s\ninclude-system-site-packages = true\n" %
                                         os.path.dirname(interpreter.facts["executable"]))
        (home / "bin" / "python").symlink_to(interpreter.facts["executable"])
        shutil.copy(self.library("faults.c", variant.build), run / (variant.library % "faults"))
        shutil.copy(self.library("faults.cpp", variant.build), run / (variant.library % "meshes"))
        if "headers" in bug.settings.get("needs", []):
            shutil.copy(self.module(interpreter, variant.build), site)
        return site

    def start(self, bug, interpreter, variant, run, site):
        # A program that embeds Python knows no environments: it is told where the packages are.
        in_environment = not interpreter.name.startswith(("embedded", "ldso"))
        environment = dict(common.start_environment(interpreter), LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1",
                           CORPUS_C=str(run / (variant.library % "faults")),
                           CORPUS_CXX=str(run / (variant.library % "meshes")))
        command = list(interpreter.command)
        if in_environment:
            command[0] = str(site.parents[2] / "bin" / "python")
        else:
            environment["PYTHONPATH"] = str(site)
        if variant.faulthandler:
            command += ["-X", "faulthandler"]
        command += ["-m", "unittest", "-q", "test_app"] if variant.runner else [str(site / "app.py")]
        command = common.start_command(interpreter, command, [str(run)])

        def prepare():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
            resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, resource.getrlimit(resource.RLIMIT_STACK)[1]))
            signal.alarm(60)
        with open(run / "output.txt", "wb") as output:
            return subprocess.Popen(command, cwd=run, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=output, start_new_session=True, preexec_fn=prepare)

    @staticmethod
    def wait_until_quiet(process, spins):
        """Until every thread slept for a while, or long enough for a program that never does."""
        begin = quiet = time.monotonic()
        time.sleep(0.6)
        while time.monotonic() - begin < (SPIN_SECONDS if spins else REST_SECONDS):
            if process.poll() is not None:
                raise CannotMake("it left with %d instead of hanging" % process.returncode)
            states = set()
            for path in pathlib.Path("/proc/%d/task" % process.pid).glob("*/stat"):
                try:
                    states.add(path.read_bytes().rpartition(b")")[2].split()[0])
                except OSError:
                    pass
            if states - {b"S"}:
                quiet = time.monotonic()
            elif time.monotonic() - quiet > QUIET_SECONDS:
                return
            time.sleep(0.05)
        if not spins:
            raise CannotMake("it did not come to rest")

    def library(self, source, build):
        path = CORPUS / "ext" / source
        flags = ["-Wall", "-fPIC", "-shared", "-nostdlib", *BUILDS[build]]
        ends = []
        if source.endswith(".cpp"):
            # With its own C++ library inside: the interpreters' systems have others or none.
            flags += ["-std=c++17"]
            ends = ["-Wl,-Bstatic", "-lstdc++", "-lgcc_eh", "-lgcc", "-Wl,-Bdynamic"]
        return self.compile(path, build, "c++" if ends else "cc", flags, ends)

    def module(self, interpreter, build):
        include = interpreter.host_path(interpreter.facts["include"])
        flags = ["-Wall", "-fPIC", "-shared", "-nostdlib", *BUILDS[build], "-I", include, "-idirafter",
                 os.path.dirname(include)]
        name = "corpusmodule" + interpreter.facts["module_suffix"]
        return self.compile(CORPUS / "ext" / "corpusmodule.c", interpreter.facts["fingerprint"] + build, "cc", flags,
                            [], name)

    def compile(self, source, key, compiler, flags, ends, name=None):
        digest = hashlib.sha256(source.read_bytes() + repr(flags).encode()).hexdigest()[:10]
        target = CACHE / "corpus" / "ext" / ("%s-%s-%s" % (source.name, key, digest)) / (name or source.stem + ".so")
        with self.lock:
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_name(".partial")
                run_compiler([compiler, *flags, "-o", str(partial), str(source), *ends])
                os.rename(partial, target)
        return target
